"""All settings, from the environment. `.env.example` names every variable; unset means the embedded default.

The embedded default (SQLite, no broker, mail as files) and production differ only by what stands in the
environment. `CIVICDATA_ENV=production` refuses to start with a weak key, DEBUG or open hosts.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.ENVIRON = {name: value for name, value in os.environ.items() if value}  # .env names them all, blank

# -- Where we run
ENVIRONMENT = env.str("CIVICDATA_ENV", default="test" if "pytest" in sys.modules else "local")
if ENVIRONMENT not in {"local", "test", "production"}:
    raise ImproperlyConfigured(f"CIVICDATA_ENV is {ENVIRONMENT!r}; it must be local, test or production.")
PRODUCTION = ENVIRONMENT == "production"
TESTING = ENVIRONMENT == "test"
DEBUG = env.bool("DEBUG", default=False)

_test_home = tempfile.TemporaryDirectory(prefix="civicdata-test-") if TESTING else None
CIVICDATA_HOME = Path(
    env.str("CIVICDATA_HOME", default="") or (_test_home.name if _test_home else BASE_DIR / "var")
).resolve()
(CIVICDATA_HOME / "static").mkdir(parents=True, exist_ok=True)


def embedded_secret_key(path: Path) -> str:
    """The key kept in `path`, made on the first start, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
if PRODUCTION:
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
        raise ImproperlyConfigured("Production needs a SECRET_KEY of at least 50 random characters.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off in production: it shows requesters' data to strangers.")
    if not ALLOWED_HOSTS or any(host in {"*", "."} for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured("Production needs ALLOWED_HOSTS: this service's host names, never '*'.")
SECRET_KEY = SECRET_KEY or embedded_secret_key(CIVICDATA_HOME / "secret_key")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# A home that once held the demo sends mail to files only, whatever EMAIL_URL says: its people are invented.
DEMO_MARK = CIVICDATA_HOME / "demo"
DEMO = env.bool("CIVICDATA_DEMO", default=ENVIRONMENT == "local") or DEMO_MARK.exists()
CATALOG_REFRESH = env.bool("CATALOG_REFRESH", default=False)
API_LIMIT, API_KEY_LIMIT = env.int("API_LIMIT", default=1_000), env.int("API_KEY_LIMIT", default=10_000)
# What links in letters start with; here the address of `make run`, BIND and PORT.
_site = f"http://{env.str('BIND', default='127.0.0.1')}:{env.str('PORT', default='8000')}"
SITE_URL = env.str("SITE_URL", default=f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else _site).rstrip("/")

# -- Applications
INSTALLED_APPS = [
    "civicdata",
    "requests_app",
    "portals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "django_filters",
]
MIDDLEWARE = [
    "civicdata.middleware.RequestIdMiddleware",
    "civicdata.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "civicdata.middleware.BodyLimitMiddleware",
    "civicdata.middleware.NoNulInAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF, CSRF_FAILURE_VIEW = "civicdata.urls", "requests_app.views.stale.csrf_failure"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "civic"
CRISPY_FAIL_SILENTLY = not (DEBUG or TESTING)

# -- Database
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": CIVICDATA_HOME / "civicdata.sqlite3"}
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a read-then-write transaction waits for its turn and never fails as "locked".
    # FULL: a submission that was accepted survives a power cut.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:  # the server keeps prepared statements; a pgbouncer before 1.21 cannot
    _prepared = env.bool("DATABASE_PREPARED", default=True)
    _options = {"server_side_binding": _prepared, "prepare_threshold": 5 if _prepared else None}
    _pool = {"min_size": 1, "max_size": max(2, env.int("DATABASE_POOL", default=10))}
    _database.setdefault("OPTIONS", {}).update(_options if TESTING else {**_options, "pool": _pool})
_database["ATOMIC_REQUESTS"] = False  # a GET must never take SQLite's write lock

# -- Cache, sessions, background work
REDIS_URL = env.str("REDIS_URL", default="")
_near: dict[str, Any] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_shared = _near | {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
_alone = _near | {"OPTIONS": {"MAX_ENTRIES": 20_000}}  # a counter that is thrown out starts anew
CACHES = {"default": (_shared if REDIS_URL else _alone) | {"KEY_PREFIX": "civicdata"}}
CACHES["template_fragments"] = _near | {"LOCATION": "fragments", "OPTIONS": {"MAX_ENTRIES": 5_000}}
# Without Redis the clock process runs its ticks inline: there is no broker that could lose anything.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_IGNORE_RESULT = CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT, CELERY_WORKER_PREFETCH_MULTIPLIER = ["json"], 1
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 600, 540  # seconds
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": "civicdata:", "socket_timeout": 30}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # no file that could go stale: the schedule stands below
CELERY_TIMEZONE = "UTC"
# Interval ticks only, never local times: the task itself finds what is due, so a missed or doubled tick does
# no harm. A tick that waited longer than its interval in the broker is dropped; the next one does its work.
_TICKS = {"sweep": 60.0, "deliver": 15.0, "digest": 900.0, "refresh_catalogs": 3600.0, "tidy_tables": 3600.0}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": f"requests_app.tasks.{name}", "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in _TICKS.items()
}

# -- Mail
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
if env.str("EMAIL_URL", default="") and not DEMO:
    globals().update(env.email_url("EMAIL_URL"))  # EMAIL_BACKEND, EMAIL_HOST, EMAIL_USE_TLS, ...
EMAIL_FILE_PATH, EMAIL_TIMEOUT = CIVICDATA_HOME / "mail", 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Civicdata <civicdata@localhost>")

# -- People
AUTH_USER_MODEL = "portals.User"
AUTHENTICATION_BACKENDS = ["civicdata.accounts.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "/desk/", "/"
ACCOUNT_ADAPTER = "civicdata.accounts.StaffAccountAdapter"  # closes sign-up: staff accounts are made by staff
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody registers himself; an administrator entered the address
ACCOUNT_MAX_EMAIL_ADDRESSES = 1  # ... and nobody replaces it by another
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)  # whose X-Forwarded-For is believed
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
SESSION_COOKIE_AGE = 12 * 3600

# -- Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]  # a language joins when its catalogue under locale/ is complete
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ, TIME_ZONE = True, "UTC"  # each city's own zone comes from its file

# -- Files
STATIC_URL, STATIC_ROOT, STATICFILES_DIRS = "/static/", CIVICDATA_HOME / "static", [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = CIVICDATA_HOME / "uploads"  # never served by a web server: only by a view that asks access.py
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)  # of one file
UPLOAD_MAX_FILES, FILE_UPLOAD_HANDLERS = 10, ["requests_app.attachments.uploads.LimitedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES, BODY_MAX_BYTES = 100, 3 * UPLOAD_MAX_BYTES * UPLOAD_MAX_FILES

# -- Transport security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-session", "__Host-csrf") if PRODUCTION else ("civicdata_session", "civicdata_csrf")
)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("TLS_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 86400 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- Logs
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "civicdata.logs.RequestIdFilter"}},
    "formatters": {
        "json": {"()": "civicdata.logs.JsonFormatter"},
        "human": {"format": "{asctime} {levelname:7} {name} [{request_id}] {message}", "style": "{"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "human",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"celery": {"level": "WARNING"}, "django.security.DisallowedHost": {"level": "CRITICAL"}},
}
