// What is looked for: code, severity, what it means, what to do. docs/scan.md lists the same.
#include "scan/allowlist.hpp"
#include "scan/finding.hpp"

#include <array>
#include <string>

namespace mpk::scan {
namespace {

using enum Severity;

constexpr std::string_view kSafetensors =
    "ask the publisher for safetensors, or load it in a sandbox without secrets and network";
constexpr std::string_view kDoNotLoad = "do not load this file; ask the publisher what it is for";
constexpr std::string_view kRewrite = "write the file again with the library that it is for";
constexpr std::string_view kReview = "read the code, pin its commit, and load nothing without it";

constexpr auto kRules = std::to_array<Rule>({
    {"archive.encrypted", high,
     "a member is marked as encrypted: it can't be judged, and PyTorch ignores the mark", kRewrite},
    {"archive.hidden-member", high,
     "a member is not in the zip's directory: one reader sees it, another does not", kDoNotLoad},
    {"archive.mismatch", high,
     "the two headers of a zip member disagree: readers see different things", kDoNotLoad},
    {"archive.overlap", high, "members share bytes: a bomb, or two things in one", kDoNotLoad},
    {"archive.path", high, "a member's path leads out of the directory that it is unpacked to",
     kDoNotLoad},
    {"archive.link", medium, "a member is a link: what it leads to is not in the archive",
     kRewrite},
    {"archive.polyglot", high,
     "an archive is attached to something else: readers disagree about what the file is",
     kDoNotLoad},
    {"archive.repeated", high,
     "two members have one name: readers disagree about which of them counts", kDoNotLoad},
    {"archive.too-large", high, "more comes out than is judged: a bomb, or nested too deep",
     kDoNotLoad},
    {"archive.unreadable", high,
     "an archive or compressed stream can't be read to its end: what can't be judged is unsafe",
     kRewrite},
    {"archive.unsupported", high,
     "archives of this kind are not opened: what can't be judged is unsafe",
     "unpack it in a sandbox and scan what comes out"},
    {"code.executable", high, "a native program or library",
     "models need none; run it nowhere but in a sandbox"},
    {"code.python", info, "Python code beside the model",
     "it runs only if somebody imports it: read it"},
    {"code.script", low, "a script beside the model",
     "it runs only if somebody starts it: read it"},
    {"config.other-code", high,
     "loading with trust_remote_code runs code of another repository, which can change at any time",
     kReview},
    {"config.remote-code", medium,
     "loading with trust_remote_code runs the Python code that the configuration names", kReview},
    {"config.target", high, "the configuration names a callable that runs programs or code",
     kDoNotLoad},
    {"config.unreadable", low, "the configuration is no strict JSON: it was searched as text only",
     kRewrite},
    {"config.yaml-tag", high,
     "a YAML tag makes Python objects or calls functions while the file is read", kDoNotLoad},
    {"format.disguise", high,
     "the content is not what the name promises, and is of a kind that can hold code", kDoNotLoad},
    {"format.mismatch", medium, "the content is not what the name promises", kRewrite},
    {"gguf.malformed", medium, "the GGUF header does not hold: loaders have been exploited by such",
     kRewrite},
    {"keras.custom-object", low,
     "a layer or function of somebody's own: loading needs code that is not in the file", kReview},
    {"keras.foreign-module", high,
     "the configuration makes Keras import and call something that is not Keras", kDoNotLoad},
    {"keras.lambda", critical,
     "a Lambda layer holds Python bytecode that runs when the model is loaded",
     "ask the publisher for a model without Lambda layers"},
    {"npy.objects", low, "an array of Python objects: it is stored as a pickle, which was judged",
     kSafetensors},
    {"npy.malformed", high, "the array's header does not hold: what follows can't be judged",
     kRewrite},
    {"onnx.external-path", high,
     "external data lies outside of the model's directory: loading reads another file", kDoNotLoad},
    {"onnx.large", low,
     "the model is too large to be read whole: only its external data was looked for", ""},
    {"onnx.malformed", medium, "the model is no valid ONNX", kRewrite},
    {"pickle.append", high,
     "items are appended to something that is no list: its methods are called", kSafetensors},
    {"pickle.arguments", high,
     "an allowed function is called with arguments that it is not allowed for", kSafetensors},
    {"pickle.build", high, "state is set on an object that is not known to take it harmlessly",
     kSafetensors},
    {"pickle.extension", high,
     "an extension code stands for a function that only the loading program knows", kSafetensors},
    {"pickle.global", high, "loading imports something that is not on the list of harmless names",
     kSafetensors},
    {"pickle.inst", high, "loading calls something that is not on the list of harmless names",
     kSafetensors},
    {"pickle.limit", high, "the pickle is larger than is judged", kSafetensors},
    {"pickle.malformed", high, "the pickle breaks off or is malformed: what ran until then has run",
     kRewrite},
    {"pickle.newobj", high,
     "loading makes an object of a class that is not on the list of harmless names", kSafetensors},
    {"pickle.obj", high, "loading calls something that is not on the list of harmless names",
     kSafetensors},
    {"pickle.persistent", high,
     "a persistent id that is not PyTorch's: only the loading program knows what it does",
     kSafetensors},
    {"pickle.reduce", high, "loading calls something that is not on the list of harmless names",
     kSafetensors},
    {"pickle.setitem", high,
     "items are set on something that is no dictionary: its methods are called", kSafetensors},
    {"pickle.trailing", medium,
     "bytes follow the pickle that are none: another reader may take them for something", kRewrite},
    {"pickle.unresolved", high, "what is imported is computed: it can't be told, so it is unsafe",
     kSafetensors},
    {"safetensors.malformed", high,
     "the header does not hold: overlaps, holes or duplicates hide data from a reader", kRewrite},
    {"scan.many", medium, "the file has more findings than are listed", ""},
    {"template.escape", high,
     "the template reaches for Python's internals, as escapes from the sandbox do",
     "do not render it; restore the template of the base model"},
    {"template.include", medium, "the template loads other templates", "put it into one"},
    {"template.obfuscated", high,
     "the template spells letters as escapes: no honest template needs that",
     "do not render it; restore the template of the base model"},
    {"template.suspicious", medium, "the template uses names that exploits of web frameworks use",
     "compare it with the template of the base model"},
    {"tensorflow.file-access", high, "the graph reads or writes files when it runs", kDoNotLoad},
    {"tensorflow.python", critical, "the graph calls Python functions or loads libraries",
     kDoNotLoad},
    {"torchscript.code", info, "the archive holds TorchScript, which PyTorch interprets", ""},
});

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::string rules_text() {
  std::string out;
  for (const auto& one : rules())
    out += "rule " + std::string(one.code) + " " + std::string(to_string(one.severity)) + "\n";
  for (const auto& one : allowlist()) {
    out += "allow " + std::string(one.module) + " " + std::string(one.name) + " " +
           std::to_string(one.uses) + " " + std::to_string(static_cast<int>(one.arguments)) + "\n";
  }
  return out;
}

}  // namespace mpk::scan
