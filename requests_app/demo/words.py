"""Word lists of the demo: names of nobody in particular, and the parts of short texts."""

FIRST_NAMES = (
    "Alma", "Ben", "Carla", "Dmitri", "Elena", "Frank", "Grace", "Hugo", "Imani", "Jorge", "Katrin",
    "Leo", "Mei", "Nadir", "Olga", "Pedro", "Quinn", "Rosa", "Sami", "Tess", "Umar", "Vera", "Walter",
    "Ximena", "Yusuf", "Zoe", "Anton", "Bridget", "Cyrus", "Dalia", "Emeka", "Fiona",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Barros", "Castillo", "Dunne", "Eriksen", "Fofanah", "Garcia", "Hashimoto", "Ivers",
    "Jankowski", "Keller", "Lindgren", "Moreau", "Nwosu", "Ortega", "Park", "Quigley", "Reyes",
    "Schmidt", "Tanaka", "Ueda", "Valdez", "Whitaker", "Xu", "Yates", "Zimmer", "Aguilar", "Bauer",
    "Cho", "Diaz",
)  # fmt: skip
STREETS = (
    "Ash", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Grand", "Harrison", "Independence", "Jackson",
    "Kearney", "Lincoln", "Madison", "Northgate", "Oak", "Pine", "Quarry", "River", "Sycamore",
    "Troost", "Union", "Vine", "Walnut", "Alder", "Burnside", "Chester", "Division", "Fremont",
)  # fmt: skip
COLUMNS = (
    "status", "issued date", "address", "location", "category", "amount", "ward", "contractor", "name",
    "date",
)  # fmt: skip
WRONG = (
    "is empty", "is wrong", "is doubled", "is cut off", "is a year old",
    "is on the wrong side of the road",
)  # fmt: skip
WISHES = (
    "by block", "by month", "for all years", "with coordinates", "as a spreadsheet",
    "for each district",
)  # fmt: skip
THINGS = (
    "bike racks", "bus stops", "dog parks", "drinking fountains", "empty lots", "hydrants",
    "noise complaints", "parking meters", "potholes", "public toilets", "school crossings",
    "sidewalk repairs", "snow routes", "street trees", "storm drains", "towed cars", "water tests",
    "vacant houses", "speed bumps", "murals",
)  # fmt: skip
RECORDS = (
    "inspection report", "contract", "e-mails", "permit file", "complaint log", "plans", "invoices",
    "minutes", "calendar", "lease", "traffic count", "appraisal", "incident report", "settlement",
    "policy", "photographs",
)  # fmt: skip
REASONS = (
    "We want to understand what was decided.", "I am writing about it for a neighborhood paper.",
    "Our association discusses it next month.", "It is for a class at the community college.",
    "I live next door and would like to be sure.", "We compare a few cities.",
    "My insurance asks for it.", "Nobody could tell me on the phone.",
)  # fmt: skip
