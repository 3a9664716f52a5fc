#!/usr/bin/env bash
# Trust: what counts without options, an imported instance that signs and verifies, and updates that can't be.
. "$(dirname "$0")/common.sh"
needs_sandbox
repo=$MPK_SANDBOX_REGISTRY/team/llm
kept=$XDG_DATA_HOME/mpk/trust

accepts "the embedded root counts at first" says "embedded: sigstore/root-signing" "$MPK" trust show
accepts "its TUF root and when it expires are shown" says "root 15" "$MPK" trust show
in_2040() { faketime '2040-01-01 00:00:00Z' "$@"; } # whatever is embedded has expired by then
can_fake_time() { command -v faketime >/dev/null && in_2040 "$MPK" version >/dev/null 2>&1; }
if can_fake_time; then
  accepts "an expired root is shown as such" says " expired 20" in_2040 "$MPK" trust show
  accepts "with what to do" says "mpk trust update" in_2040 "$MPK" trust show
else
  skips "an expired root is shown as such" "faketime is missing, or the sanitizers refuse it"
fi

accepts "import the sandbox" says "and signing config" "$MPK" trust import "$MPK_SANDBOX_DIR" sandbox
accepts "trust show lists it" says "imported" "$MPK" trust show
accepts "and shows its root" says "imported: $MPK_SANDBOX_DIR" "$MPK" trust show --instance sandbox
accepts "ship with its services" "$MPK" ship "$model" "$repo:1" --instance sandbox --quiet
accepts "verify under its root" "$MPK" verify "$repo:1" --instance sandbox "${who[@]}"
accepts "-v says which root" says "instance sandbox, imported" "$MPK" verify "$repo:1" --instance sandbox "${who[@]}" -v
refuses "the default is still the public instance" 12 "is not the certificate" "$MPK" verify "$repo:1" "${who[@]}"
accepts "import of the root alone" "$MPK" trust import "$MPK_SANDBOX_DIR/trusted-root.json" readers
accepts "is enough to verify" "$MPK" verify "$repo:1" --instance readers "${who[@]}"
refuses "and not to sign" 2 "has no signing config" "$MPK" sign "$repo:1" --instance readers
printf model >"$work/signed"
openssl ecparam -name prime256v1 -genkey -noout -out "$work/key.pem"
openssl pkey -in "$work/key.pem" -pubout -out "$work/key.pub"
accepts "sign with a key, without a log" "$MPK" sign "$work/signed" --key "$work/key.pem"
by_key=(verify "$work/signed" --bundle "$work/signed.sigstore.json" --key "$work/key.pub")
accepts "the key alone verifies it" "$MPK" "${by_key[@]}"
refuses "an instance that lists logs asks for an entry, beside a key as well" 12 "no transparency log entry" "$MPK" "${by_key[@]}" --instance sandbox
refuses "who names an instance to pull means to verify" 2 "who must have signed" "$MPK" pull "$repo:1" -o "$work/pulled" --instance sandbox
refuses "two roots" 2 "exclude each other" "$MPK" verify "$repo:1" --instance sandbox "${trust[@]}" "${who[@]}"
refuses "an unknown instance" 2 "mpk trust import adds one" "$MPK" verify "$repo:1" --instance nowhere "${who[@]}"
refuses "staging before an update" 2 "mpk trust update --staging" "$MPK" verify "$repo:1" --instance staging "${who[@]}"
refuses "import of something else" 1 "README.md: " "$MPK" trust import "$root/README.md" other
refuses "import of nothing" 2 "nowhere" "$MPK" trust import "$work/nowhere" other
refuses "import as the public instance" 2 "kept up to date by TUF" "$MPK" trust import "$MPK_SANDBOX_DIR" public

# What is planted where the environment points is no trust: the public instance's is proven from the embedded root.
mkdir -p "$kept/public/in_use"
cp "$kept/sandbox/imported.json" "$kept/public/"
printf '{}' >"$kept/public/in_use/targets.json"
accepts "a planted root is not used" says "embedded: sigstore/root-signing" "$MPK" trust show
accepts "and that is said" says "does not hold" "$MPK" trust show

rm -r "$kept/public"

# An update that is lost is not the same as none.
mkdir -p "$kept/public"
printf '{"kind": "TrustUpdateRecord", "updated": "2999-01-01T00:00:00Z", "url": "https://a.example/", "targetsUrl": "https://a.example/targets/"}' >"$kept/public/update.json"
refuses "an update that is lost" 2 "in_use/targets.json is missing or can't be read" "$MPK" trust show
refuses "nor verifies anything" 2 "what trust update kept is not whole" "$MPK" verify "$repo:1" "${who[@]}"
accepts "a trusted root that was named needs none of it" "$MPK" verify "$repo:1" "${trust[@]}" "${who[@]}"
rm -r "$kept/public"
accepts "without it the embedded one counts" says "embedded: sigstore/root-signing" "$MPK" trust show

# Updates: nothing listens there, nothing is there, and what is there is not signed.
refuses "nobody answers" 3 "127.0.0.1:1" "$MPK" trust update --url http://127.0.0.1:1
mkdir "$work/www"
(cd "$work/www" && exec python3 -u -m http.server --bind 127.0.0.1 0 >"$work/port" 2>/dev/null) &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
for _ in {1..100}; do grep -q port "$work/port" && break || sleep 0.1; done
url=http://127.0.0.1:$(sed -nE 's/.* port ([0-9]+).*/\1/p' "$work/port")
if can_fake_time; then
  refuses "no newer root than the one that expired" 12 "root.json: version" in_2040 "$MPK" trust update --url "$url"
fi
printf '{"signed": {}, "signatures": []}' >"$work/www/16.root.json"
refuses "a root that nobody signed" 1 "16.root.json" "$MPK" trust update --url "$url"
refuses "--root without a name" 2 "--root needs --instance" "$MPK" trust update --root "$work/www/16.root.json" --url "$url"
refuses "a root of one's own that is none" 1 "--root" "$MPK" trust update --root "$work/www/16.root.json" --instance corp --url "$url"
accepts "the embedded one still counts" says "embedded" "$MPK" trust show
close_steps "trust instances"
