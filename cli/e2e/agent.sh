#!/usr/bin/env bash
# What an agent may use: pinned from files and live servers, compared over stdio and HTTP; refusals with their codes.
. "$(dirname "$0")/common.sh"
cd "$work"
stub=(python3 "$here/mcp_stub.py")
pin() { "$MPK" agent pin --aibom bom.json -o pinned.json "$@"; }
verify() { "$MPK" agent verify --aibom pinned.json "$@"; }
"$MPK" aibom create "$model" --quiet -o bom.json

# -- pins
accepts "pin a server over stdio" says "pinned crm · 1 tool" pin -- "${stub[@]}" old
accepts "the document is valid" "$MPK" aibom validate pinned.json
cp pinned.json first.json
accepts "pin it over its own pin" "$MPK" agent pin --aibom pinned.json -o pinned.json -- "${stub[@]}" old
accepts "the same bytes" cmp pinned.json first.json
accepts "to standard output" says '"mcp:crm/lookup"' "$MPK" agent pin --aibom bom.json -- "${stub[@]}" old
accepts "JSON" is "$("$MPK" agent pin --aibom bom.json -o pinned.json --format json -- "${stub[@]}" old 2>/dev/null | field kind)" AgentPinned

refuses "a program that is not there" 3 "nowhere-at-all" pin -- nowhere-at-all

# -- unchanged, in both eras of the protocol
accepts "the same server passes" says "unchanged: crm · 1 pinned tool" verify -- "${stub[@]}" old
accepts "the same tools by 2026-07-28 pass" says "unchanged" verify -- "${stub[@]}" new
accepts "JSON" is "$(verify --format json -- "${stub[@]}" old | field result)" unchanged

# -- changed
refuses "a poisoned description" 1 "[description-changed]" verify -- "${stub[@]}" poisoned
refuses "its control characters are shown, not sent" 1 '\x1b[2J Then send' verify -- "${stub[@]}" poisoned
accepts "nothing raw gets out" is "$(verify -- "${stub[@]}" poisoned 2>&1 | grep -c $'\033')" 0
refuses "a wider schema" 1 "[input-schema-widened]" verify -- "${stub[@]}" wider
refuses "a hint" 1 "[read-only-flipped]" verify -- "${stub[@]}" writes

# -- what can't be judged
refuses "a server that is silent" 3 "no answer in time" verify --timeout 1 -- "${stub[@]}" silent
refuses "a list without end" 3 "never ends" verify -- "${stub[@]}" endless
refuses "two tools of one name" 3 "two of this name" verify -- "${stub[@]}" doubled
refuses "no JSON" 3 "no JSON" verify -- "${stub[@]}" garbage
refuses "no such program" 3 "nowhere-at-all" verify -- nowhere-at-all
refuses "a server that ends" 3 "boom" verify -- sh -c "echo boom >&2"

# -- HTTP
serve() { # mode: url is where it listens
  "${stub[@]}" --http "$work/port" "$1" &
  server=$!
  trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in {1..100}; do [[ -s $work/port ]] && break || sleep 0.1; done
  url=http://127.0.0.1:$(<"$work/port")
}
serve old
printf 't0ken\n' >token
accepts "over HTTP, JSON" says "unchanged" verify --url "$url/mcp"
accepts "over HTTP, events" says "unchanged" verify --url "$url/events"
refuses "a credential is wanted" 3 "--token FILE" verify --url "$url/locked"
accepts "and given" says "unchanged" verify --url "$url/locked" --token token
refuses "redirects are not followed" 3 "redirects to" verify --url "$url/moved"
accepts "pin by URL" pin --server web --url "$url/mcp?key=s3cret"
accepts "the query is not copied" lacks s3cret pinned.json
accepts "verify by URL" says "unchanged: web" verify --url "$url/mcp"
refuses "at another address" 1 "[endpoint-changed]" verify --url "$url/events"
kill "$server"
refuses "nobody listens" 3 "127.0.0.1" verify --url "$url/mcp"
refuses "plain http elsewhere" 2 "plain http" verify --url http://mcp.example/mcp

# -- files
cat >tools.json <<'JSON'
{"tools": [{"name": "a", "description": "A."}]}
JSON
cat >mcp.json <<'JSON'
{"mcpServers": {"tools": {"command": "touch", "args": ["ran", "--token", "s3cret"], "env": {"KEY": "s3cret"}}}}
JSON
accepts "pin a captured list and where it is" says "pinned tools · 1 tool" pin --mcp tools.json --mcp mcp.json
accepts "no secret is copied" lacks s3cret pinned.json
accepts "the variable's name is" grep -q KEY pinned.json
accepts "no command of a document is run" absent ran
accepts "a captured list that is unchanged" says "unchanged: tools" verify --tools tools.json
sed 's/A\./B./' tools.json >other.json
refuses "one that is not" 1 "[description-changed]" verify --tools other.json
refuses "half a list" 3 "goes on" verify --tools <(echo '{"tools": [], "nextCursor": "x"}')
refuses "an mcp.json is no list" 2 "no result of tools/list" verify --tools mcp.json
refuses "pin half a list" 1 "goes on" pin --mcp <(echo '{"tools": [], "nextCursor": "x"}')
accepts "two servers" pin --mcp one=tools.json --mcp two=tools.json
refuses "which of both" 2 "--server NAME" verify --tools tools.json
accepts "this one" says "unchanged: two" verify --tools tools.json --server two
refuses "a server that is not pinned" 2 "one, two" verify --tools tools.json --server three
accepts "a place alone is pinned, with a word about it" says "no tools are pinned" pin --mcp mcp.json
refuses "and can't be compared" 2 "no tools are pinned" verify --tools tools.json
printf 'You are helpful.' >system.txt
accepts "a prompt template" pin --prompts system.txt
accepts "is a component" grep -q '"prompt:system"' pinned.json

# -- cards
printf '{"name": "Planner", "skills": [{"id": "plan", "name": "Plan"}]}' >card.json
accepts "a card without a signature, with a word about it" says "not signed" pin --card card.json
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl ec -pubout -out key.pub 2>/dev/null
refuses "where a signature is wanted" 12 "no signature" pin --card card.json --card-key key.pub
printf '{"name": "P", "signatures": [{"protected": "e30", "signature": "AA"}]}' >signed.json
refuses "a signature without a key" 2 "--card-key" pin --card signed.json
accepts "unless one insists" says "not checked" pin --card signed.json --insecure-unchecked-card
refuses "a signature that is none" 12 "no signature of the card holds" pin --card signed.json --card-key key.pub

# -- for policy engines
pin --quiet -- "${stub[@]}" old
accepts "Cedar policies" says 'Mcp::Tool::"mcp:crm/lookup"' "$MPK" agent export --aibom pinned.json
accepts "Cedar entities" says '"readOnly": true' "$MPK" agent export --aibom pinned.json --as cedar-entities
accepts "OPA data" "$MPK" agent export --aibom pinned.json --as opa -o data.json
accepts "in a file" grep -q '"servers"' data.json
refuses "another form" 2 "is none of" "$MPK" agent export --aibom pinned.json --as rego
refuses "nothing to export" 2 "no MCP server is pinned" "$MPK" agent export --aibom bom.json

# -- usage
refuses "nothing to pin" 2 "nothing to pin" pin
refuses "no server to compare" 2 "no server" verify
refuses "two of them" 2 "excludes" verify --tools tools.json -- true
refuses "no aiBOM" 2 "--aibom" "$MPK" agent verify --tools tools.json
refuses "an aiBOM that is none" 21 "not a CycloneDX" "$MPK" agent verify --aibom tools.json --tools tools.json
refuses "an aiBOM without pins" 2 "no MCP server is pinned" "$MPK" agent verify --aibom bom.json --tools tools.json
refuses "a reference" 2 "not supported" "$MPK" agent verify --aibom ghcr.io/acme/llm:1 --tools tools.json
pin --mcp tools.json --quiet
sed 's/"A\./"X./; s/\\"A\.\\"/\\"X.\\"/' pinned.json >edited.json
refuses "a pin that was edited" 21 "does not agree with itself" "$MPK" agent verify --aibom edited.json --tools tools.json
close_steps agent
