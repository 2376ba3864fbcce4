"""optuna-dashboard on a database, behind its gate, in a server made for production."""

import ipaddress
import logging
import re
import signal
import socket
from collections.abc import Callable, Iterable, Sequence

import optuna_dashboard
import waitress
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from waitress.server import BaseWSGIServer, MultiSocketServer
from werkzeug.wrappers import Response

from hpo.dashboard import prometheus
from hpo.dashboard.access import HEALTH, MOST_BODY_BYTES, Environ, Gate, Rules, StartResponse
from hpo.dashboard.downloads import Downloads
from hpo.dashboard.notes_and_plots import LiveContent
from hpo.dashboard.optuna_storage import StorageView, Sums, looking_at
from hpo.dashboard.prefix import Prefixed
from hpo.errors import UsageError
from hpo.settings import Settings
from storage.database import Database
from storage.errors import StorageError
from storage.tables import studies

METRICS = "/metrics"
# Whatever concerns one study, by Optuna's id.
STUDY = re.compile(r"/(?:api/studies|csv|artifacts|api/artifacts)/(\d+)")
MOST_HEADER_BYTES = 1 << 14
THREADS = 8
LEAST_CHARACTERS = 8
LOCAL_NAMES = frozenset({"localhost"})

log = logging.getLogger(__name__)


class Application:
    """The WSGI application behind the gate."""

    def __init__(self, db: Database, settings: Settings, only: str | None) -> None:
        self._db = db
        self._settings = settings
        self._only = only
        self.live = LiveContent(db)
        storage = StorageView(db, self.live, only)
        self._app = optuna_dashboard.wsgi(
            storage, artifact_store=Downloads(db, settings, self.live)
        )
        self._app._inmemory_cache._cached_extra_study_property_cache = Sums()
        storage.on_other = self._app._inmemory_cache.clear

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == HEALTH:
            return self._health()(environ, start_response)
        if path == METRICS:
            return self._metrics()(environ, start_response)
        asked = STUDY.match(path)
        if asked and not self._is_shown(int(asked[1])):
            answer = Response('{"reason": "that study is not shown here"}', 404)
            return answer(environ, start_response)
        with looking_at(int(asked[1]) if asked else None):
            shown: Iterable[bytes] = self._app(environ, start_response)
            return shown

    def _is_shown(self, study_id: int) -> bool:
        if self._only is None:
            return True
        try:
            with self._db.translated():
                return self._db.optuna.get_study_name_from_id(study_id) == self._only
        except (KeyError, StorageError):  # it is said by what is asked behind
            return True

    def _health(self) -> Response:
        try:
            with self._db.reading() as tx:
                studies.clock_ms(tx)
        except StorageError:  # its text names the server, and nobody has logged in
            return Response("the database does not answer\n", 503)
        return Response("ok\n")

    def _metrics(self) -> Response:
        try:
            content = prometheus.render(self._db, self._settings.lease_seconds, self._only)
        except StorageError as error:
            return Response(f"{error}\n", 503)
        return Response(content, content_type=CONTENT_TYPE_LATEST)


def serve(
    db: Database,
    settings: Settings,
    only: str | None,
    *,
    host: str,
    port: int,
    names: Sequence[str] = (),
    writable: bool = False,
    prefix: str = "",
    tell: Callable[[int], object],
) -> None:
    """Shows the database until SIGINT or SIGTERM, at `host`, to whoever asks for it by an IP address,
    this machine's name, or one of `names`, under the path `prefix`; `tell` is called with the port once
    it can be: port 0 is any that is free.

    Raises:
        UsageError: it cannot be served there, or there without a password.
    """
    password = settings.dashboard_secret
    if password is not None and len(password) < LEAST_CHARACTERS:
        raise UsageError(
            f"the dashboard's password has fewer than {LEAST_CHARACTERS} characters",
            "choose a longer one, `openssl rand -hex 16` makes one",
        )
    if password is None and not _is_loopback(host):
        raise UsageError(
            f"whoever reaches {host} could look at everything",
            "write a password into a file and"
            " name it in HPO_DASHBOARD_PASSWORD_FILE, or leave --host out",
        )
    own = {socket.gethostname().lower(), socket.getfqdn().lower(), host.lower()}
    known = LOCAL_NAMES | own | {name.lower() for name in names}
    application = Application(db, settings, only)
    gate = Gate(application, Rules(frozenset(known), password, writable))
    prefixed = Prefixed(gate, prefix)
    try:
        server = waitress.create_server(
            prefixed, host=host, port=port, threads=THREADS, ident="hpo",
            max_request_body_size=MOST_BODY_BYTES, max_request_header_size=MOST_HEADER_BYTES,
            clear_untrusted_proxy_headers=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise UsageError(
            f"nothing can be served at {host}, port {port} ({cause})",
            "name another --host or --port",
        ) from error
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    application.live.start()
    tell(_port(server))
    try:
        server.run()  # it returns at KeyboardInterrupt
    finally:
        server.close()
        application.live.stop()


def _port(server: BaseWSGIServer | MultiSocketServer) -> int:
    """The first one, where a name stands for several addresses."""
    if isinstance(server, MultiSocketServer):
        return int(server.effective_listen[0][1])
    return int(server.effective_port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
