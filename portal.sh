#!/usr/bin/env bash
# What `make run`, `make test` and `make lint` do. Called without make just as well: ./portal.sh help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

((BASH_VERSINFO[0] >= 5)) || { echo "portal.sh needs bash 5 or newer" >&2; exit 1; }
STARTED=$EPOCHREALTIME
PYTHON=.venv/bin/python
APPS=(home members pooling portal resources)
TYPED=(pooling/models pooling/actions pooling/payments pooling/money.py members/models members/actions)
CHILDREN=()

say() { printf '==> %s\n' "$*"; }
fail() { printf 'portal.sh: %s\n' "$*" >&2; exit 1; }
seconds() { awk -v from="$STARTED" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.0f", to - from }'; }

# --- processes -------------------------------------------------------------------------------------------------------

# Long steps run in the background and are waited for: bash hears of Ctrl-C or TERM at once and not when the step is over.
step() {
    "$@" &
    CHILDREN+=($!)
    local status=0
    wait $! || status=$?
    unset 'CHILDREN[-1]'
    return $status
}

alive() {
    local child
    for child in "${CHILDREN[@]:-}"; do
        if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then return 0; fi
    done
    return 1
}

# Ask all children to stop, wait ten seconds, then insist.
stop() {
    trap '' INT TERM HUP
    trap - EXIT
    local child
    for child in "${CHILDREN[@]:-}"; do [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true; done
    for _ in $(seq 100); do alive || break; sleep 0.1; done
    for child in "${CHILDREN[@]:-}"; do [ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
}

# --- the virtual environment -----------------------------------------------------------------------------------------

# Networks with a certificate authority of their own put it where the system's are; uv and npm alone would not look there.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
    export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true} UV_NATIVE_TLS=${UV_NATIVE_TLS:-true}
fi

usable_python() {
    command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

make_venv() {
    if [ -x $PYTHON ] && $PYTHON -c '' 2>/dev/null; then return; fi
    if command -v uv >/dev/null; then
        say "Creating .venv with uv"
        step uv venv --quiet --clear --python '>=3.11' .venv
        return
    fi
    usable_python python3 || fail "Python 3.11 or newer is missing: apt install python3 python3-venv"
    python3 -c 'import ensurepip, venv' 2>/dev/null || fail "Python's venv module is missing: apt install python3-venv"
    say "Creating .venv with python3 -m venv"
    step python3 -m venv --clear .venv
}

# install FILE: what FILE lists, unless .venv has exactly that. The copy in .venv says what was installed.
install() {
    make_venv
    if cmp -s "$1" ".venv/$1"; then return; fi
    # The packages for development hold those for running.
    if [ "$1" = requirements.txt ] && cmp -s requirements-dev.txt .venv/requirements-dev.txt; then return; fi
    local count
    count=$(grep -c '^[a-z0-9].*==' "$1")
    rm -f .venv/requirements.txt .venv/requirements-dev.txt
    if command -v uv >/dev/null; then
        say "Installing $count packages of $1 with uv"
        # Compiled now, by all processors: uncompiled bytecode makes the first starts four times slower.
        step uv pip sync --quiet --python $PYTHON --require-hashes --compile-bytecode "$1"
    else
        say "Installing $count packages of $1 with pip (about a minute)"
        step $PYTHON -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r "$1"
    fi
    cp "$1" ".venv/$1"
    say "Installed, $(seconds) s so far"
}

catalogues() { step $PYTHON -m portal.catalogues; }

# checkers html|all: what tests/tools lists for `make test`, or for `make proof` too. Without npm their tests are skipped.
checkers() {
    local tools=tests/tools flags=()
    command -v npm >/dev/null || return 0
    if cmp -s $tools/package-lock.json $tools/node_modules/.installed-all; then return; fi
    if [ "$1" = html ]; then
        if cmp -s $tools/package-lock.json $tools/node_modules/.installed-html; then return; fi
        flags=(--omit=dev)
    fi
    say "Installing the checkers of $tools with npm"
    if (cd $tools && step npm ci --silent "${flags[@]}"); then
        cp $tools/package-lock.json "$tools/node_modules/.installed-$1"
    else
        say "npm could not install them: tests that need them are skipped"
    fi
}

# --- commands --------------------------------------------------------------------------------------------------------

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

run() {
    local port=${PORT:-8000}
    [[ $port =~ ^[0-9]{1,5}$ ]] && ((10#$port >= 1 && 10#$port <= 65535)) || fail "PORT must be a number from 1 to 65535, it is \"$port\""
    if port_is_taken "$port"; then fail "port $port is taken: stop what listens there, or choose another one: make run PORT=$((port + 1))"; fi
    export DJANGO_SETTINGS_MODULE=portal.settings.development
    export SITE_URL=${SITE_URL:-http://localhost:$port}
    export PYTHONUNBUFFERED=1
    trap stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP

    install requirements.txt
    catalogues
    step $PYTHON manage.py prepare

    say "Starting the server on port $port"
    $PYTHON -m gunicorn portal.wsgi --bind "127.0.0.1:$port" --workers 1 --threads 8 --graceful-timeout 3 --timeout 120 \
        --no-control-socket --log-level warning &
    local server=$!
    CHILDREN+=("$server")
    step $PYTHON -m portal.first_page "http://localhost:$port/de/" "$server" || fail "the server does not answer, see above"
    say "Ready after $(seconds) s: http://localhost:$port/de/"

    say "Starting tick, every 5 seconds; Ctrl-C stops both"
    $PYTHON manage.py tick --every 5 &
    CHILDREN+=($!)
    wait -n || true
    sleep 0.5 # when all of us were told to stop, the children are only quicker to obey
    fail "the server or tick has stopped by itself, see above"
}

test_() {
    install requirements-dev.txt
    catalogues
    checkers html
    unset DATABASE_URL DJANGO_SETTINGS_MODULE
    # All of them are shared out, file by file; a part is not worth the start of more processes.
    local shared_out=()
    [ $# -gt 0 ] || shared_out=(-n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder)
    say "Running the tests"
    exec $PYTHON -m pytest "${shared_out[@]}" "$@"
}

lint() {
    install requirements-dev.txt
    catalogues
    export DATABASE_URL=sqlite:// DJANGO_SETTINGS_MODULE=portal.settings.development
    local failed=()
    check() {
        say "$1"
        shift
        "$@" || failed+=("$1")
    }
    local templates
    mapfile -t templates < <(find "${APPS[@]}" -name '*.html' -o -path '*/templates/*' -name '*.txt' | sort)
    check "ruff format" .venv/bin/ruff format --check .
    check "ruff check" .venv/bin/ruff check .
    if [ ${#templates[@]} -gt 0 ]; then
        check "djade" .venv/bin/djade --check --target-version 5.2 "${templates[@]}"
        check "djLint" .venv/bin/djlint --lint --quiet "${APPS[@]}"
    fi
    check "import-linter" .venv/bin/lint-imports --no-logo
    check "mypy" .venv/bin/mypy "${TYPED[@]}"
    check "migrations" $PYTHON manage.py makemigrations --check --dry-run
    check "catalogues" $PYTHON -m portal.catalogues --check
    [ ${#failed[@]} -eq 0 ] || fail "found something: ${failed[*]##*/}"
    say "Nothing found"
}

messages() {
    command -v xgettext >/dev/null || fail "gettext is missing: apt install gettext"
    install requirements-dev.txt
    say "Collecting the messages for de, fr and it"
    step $PYTHON -m portal.catalogues --collect
}

# Which tests each part of the proof runs; "rest" is what no other part names.
declare -A PARTS=(
    [money]="tests/pooling tests/test_stripe_server.py"
    [pages]="tests/tour"
    [browser]="tests/browser"
    [lighthouse]="tests/tools"
)
# Several processes share this one, test by test: hundreds of them wait for time-outs of a second most of their time.
declare -A SHARED=([money]="-n auto --maxprocesses 4 --dist worksteal --no-loadscope-reorder")
PARTS[rest]="tests $(printf -- '--ignore=%s ' ${PARTS[*]})"

proof() {
    local parts=(rest money pages browser lighthouse) part status failed=() times=()
    if [ -n "${PART:-}" ]; then
        [ -n "${PARTS[$PART]:-}" ] || fail "PART is one of: ${parts[*]}"
        parts=("$PART")
    fi
    install requirements-dev.txt
    catalogues
    checkers all
    unset DATABASE_URL DJANGO_SETTINGS_MODULE
    export HYPOTHESIS_PROFILE=proof
    for part in "${parts[@]}"; do
        say "Proving: $part"
        STARTED=$EPOCHREALTIME status=0
        # shellcheck disable=SC2086 # several words
        $PYTHON -m pytest ${PARTS[$part]} ${SHARED[$part]:-} "$@" || status=$?
        times+=("$part $(seconds) s")
        case $status in
            0 | 5) ;; # 5: nothing selected, as with ARGS="-k ..."
            2) fail "interrupted" ;;
            *) failed+=("$part") ;;
        esac
    done
    say "Time: $(printf '%s, ' "${times[@]}" | sed 's/, $//')"
    [ ${#failed[@]} -eq 0 ] || fail "not proven: ${failed[*]}"
}

bench() {
    install requirements-dev.txt
    catalogues
    exec $PYTHON -m tests.bench
}

gallery() {
    install requirements-dev.txt
    catalogues
    unset DATABASE_URL DJANGO_SETTINGS_MODULE
    say "Taking pictures of every page"
    exec $PYTHON -m tests.tour.gallery "$@"
}

handbook() {
    install requirements-dev.txt
    catalogues
    unset DATABASE_URL DJANGO_SETTINGS_MODULE
    say "Taking the pictures of the editors' handbook"
    exec $PYTHON -m tests.tour.handbook "$@"
}

help() {
    cat <<'TEXT'
make run        start the portal with its demo at http://localhost:8000 (another port: make run PORT=8001)
make test       run all tests, in several processes; a part of them in one: make test ARGS="tests/pooling -x"
make proof      the long proofs: a hundred times as many generated examples, every page in all looks, Lighthouse;
                a part of them: make proof PART=money (or pages, browser, lighthouse, rest)
make bench      what pages cost: queries, bytes, requests, and kept pages against a static file (wants wrk); before that what
                pledges, charges and files of the bank cost (ten minutes, a thousand charges at ten a second among them),
                and lists and searches with 1,000 and 10,000 resources per language (alone: python -m tests.bench.library)
make gallery    take pictures of every page into var/gallery; ARGS="--only workshop --language fr" limits them
make handbook   take the pictures of the editors' handbook anew (docs/handbook/pictures); ARGS="--only menu" limits them
make lint       check style, templates, imports, types, migrations and catalogues
make format     let ruff and djade put the source in order
make messages   collect the interface's messages into locale/*/LC_MESSAGES/django.po
make help       print this
TEXT
}

format() {
    install requirements-dev.txt
    .venv/bin/ruff check --fix --quiet . || true
    .venv/bin/ruff format .
    find "${APPS[@]}" -name '*.html' -print0 | xargs -0 --no-run-if-empty .venv/bin/djade --target-version 5.2 || true
}

case ${1:-help} in
    run | lint | messages | proof | bench | gallery | handbook | format | help) "$@" ;;
    test) shift; test_ "$@" ;;
    setup) install requirements-dev.txt; catalogues; checkers all ;;
    *) help >&2; exit 2 ;;
esac
