#!/usr/bin/env bash
# The local store, layouts and registries: pack, list, push, tag, copy, rm, login, logout.
. "$(dirname "$0")/common.sh"
needs_sandbox
ref=$MPK_SANDBOX_REGISTRY/team/llm
layout=oci:$work/layout

accepts "pack into the local store" "$MPK" pack "$model" -t "$ref:1"
accepts "the store is where XDG_DATA_HOME says" test -d "$XDG_DATA_HOME/mpk/store"
accepts "list shows it" says "$ref:1" "$MPK" list
refuses "the registry has nothing yet" 11 "not found" "$MPK" inspect "$ref:1"
accepts "push of the packed artifact" "$MPK" push "$ref:1"
accepts "inspect in the registry" says "config.json" "$MPK" inspect "$ref:1"
digest=$(digest_of "$ref:1")
packed=$("$MPK" pack "$model" -t "$layout:1" --format json | field digest)
accepts "a layout gives the same digest" is "$packed" "$digest"

accepts "tag in the registry" "$MPK" tag "$ref:1" stable latest
accepts "names the same artifact" is "$(digest_of "$ref:stable")" "$digest"
accepts "list of the repository" says "stable" "$MPK" list "$ref"
accepts "tag in a layout" "$MPK" tag "$layout:1" stable
accepts "list of the layout" says "stable" "$MPK" list "$layout"
refuses "tag of a missing artifact" 11 "not found" "$MPK" tag "$ref:none" stable

accepts "rm of a layout's tag" "$MPK" rm "$layout:stable"
refuses "only the name is gone" 11 "stable" "$MPK" inspect "$layout:stable"
accepts "the artifact stays" is "$(digest_of "$layout:1")" "$digest"
accepts "rm --local" "$MPK" rm --local "$ref:1"
refuses "the store has it no more" 1 "expected" says "$ref:1" "$MPK" list
accepts "the registry still has it" is "$(digest_of "$ref:1")" "$digest"
refuses "a second rm --local" 11 "$ref:1" "$MPK" rm --local "$ref:1"

accepts "sign in the registry" "$MPK" sign "$ref:1" "${signing[@]}"
accepts "copy into a layout" "$MPK" copy "$ref:1" "oci:$work/usb:1"
accepts "the signature came along" "$MPK" verify "oci:$work/usb:1" "${trust[@]}" "${who[@]}"
accepts "copy into another repository" "$MPK" copy "oci:$work/usb:1" "$MPK_SANDBOX_REGISTRY/other/llm:2"
accepts "and along again" "$MPK" verify "$MPK_SANDBOX_REGISTRY/other/llm:2" "${trust[@]}" "${who[@]}"
accepts "copy --no-referrers" "$MPK" copy "$ref:1" "$MPK_SANDBOX_REGISTRY/bare/llm:1" --no-referrers
refuses "leaves it behind" 10 "no signature" "$MPK" verify "$MPK_SANDBOX_REGISTRY/bare/llm:1" "${trust[@]}" "${who[@]}"
accepts "pull from the layout" "$MPK" pull "oci:$work/usb:1" -o "$work/out"
accepts "gives the model" diff -r "$model" "$work/out"

config=$DOCKER_CONFIG/config.json
printf '{"auths":{"other.example":{"auth":"eDp5"}},"HttpHeaders":{"a":"b"},"psFormat":"x"}' >"$config"
chmod 644 "$config"
login() { "$MPK" login "$MPK_SANDBOX_REGISTRY" -u bob --password-stdin <<<"hunter2"; }
member() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(*[k in d["auths"] for k in sys.argv[2:]], d["HttpHeaders"]["a"], d["psFormat"])' "$config" "$@"; }
accepts "login" login
cp "$STEPS_DIR/output" "$work/talk"
accepts "does not print the password" lacks hunter2 "$work/talk"
accepts "others' members stay" is "$(member "$MPK_SANDBOX_REGISTRY" other.example)" "True True b x"
accepts "the file is its owner's alone" is "$(stat -c %a "$config")" 600
accepts "logout" "$MPK" logout "$MPK_SANDBOX_REGISTRY"
accepts "forgets that one only" is "$(member "$MPK_SANDBOX_REGISTRY" other.example)" "False True b x"
accepts "the file is its owner's alone" is "$(stat -c %a "$config")" 600
close_steps "local store"
