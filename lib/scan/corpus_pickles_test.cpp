// Cases: each route by which a pickle runs code, and each known way around a scanner.
#include "scan/test_corpus.hpp"
#include "scan/test_pickles.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::scan::test {
namespace {

using List = std::vector<Case>;

std::string p4(const std::string& body) { return proto(4) + frame(body + kStop); }

void imports(List& out) {
  const auto add = [&](std::string name, std::string bytes, std::string code) {
    out.push_back({std::move(name), "model.pkl", std::move(bytes), std::move(code)});
  };
  add("GLOBAL and REDUCE", exploit(), "pickle.reduce");
  add("GLOBAL alone", proto(2) + global("os", "system") + kStop, "pickle.global");
  add("protocol 0, no PROTO", "cposix\nsystem\n(S'true'\ntR.", "pickle.reduce");
  add("protocol 1", "cposix\nsystem\n(U\x04truetR.", "pickle.reduce");
  add("INST", "(S'true'\n" + inst("os", "system") + kStop, "pickle.inst");
  add("OBJ", kMark + global("os", "system") + "S'true'\n" + kObj + kStop, "pickle.obj");
  add("NEWOBJ", proto(2) + global("subprocess", "Popen") + payload() + kNewobj + kStop,
      "pickle.newobj");
  add("NEWOBJ_EX", p4(stack_global("subprocess", "Popen") + payload() + kEmptyDict + kNewobjEx),
      "pickle.newobj");
  add("STACK_GLOBAL", p4(stack_global("os", "system") + payload() + kReduce), "pickle.reduce");
  add("STACK_GLOBAL of BINUNICODE",
      p4(unicode("os") + unicode("system") + "\x93" + payload() + kReduce), "pickle.reduce");
  add("STACK_GLOBAL of BINUNICODE8", p4(unicode8("os") + unicode8("system") + "\x93"),
      "pickle.global");
  add("STACK_GLOBAL of STRING", proto(4) + "S'os'\nS'system'\n\x93" + payload() + kReduce + kStop,
      "pickle.reduce");
  add("STACK_GLOBAL of escaped STRING", proto(4) + "S'\\x6fs'\nS'syst\\145m'\n\x93.",
      "pickle.global");
  add("STACK_GLOBAL of UNICODE", proto(4) + "V\\u006fs\nVsystem\n\x93.", "pickle.global");
  add("STACK_GLOBAL through MEMOIZE",
      p4(short_unicode("os") + kMemoize + short_unicode("system") + kMemoize + "\x93" + kMemoize +
         payload() + kReduce),
      "pickle.reduce");
  add("STACK_GLOBAL through BINPUT and BINGET",
      p4(short_unicode("os") + "q" + le(9, 1) + kPop + short_unicode("system") + "q" + le(7, 1) +
         kPop + "h" + le(9, 1) + "h" + le(7, 1) + "\x93" + payload() + kReduce),
      "pickle.reduce");
  add("through LONG_BINPUT and LONG_BINGET",
      p4(short_unicode("os") + "r" + le(70000, 4) + kPop + "j" + le(70000, 4) +
         short_unicode("system") + "\x93"),
      "pickle.global");
  add("through PUT and GET",
      proto(4) + short_unicode("os") + "p1\n0" + short_unicode("system") + "p2\n0g1\ng2\n\x93.",
      "pickle.global");
  add("a memo entry that is overwritten",
      p4(short_unicode("collections") + "q" + le(0, 1) + kPop + short_unicode("os") + "q" +
         le(0, 1) + kPop + "h" + le(0, 1) + short_unicode("system") + "\x93"),
      "pickle.global");
  add("through DUP", p4(short_unicode("code") + kDup + "\x93"), "pickle.global");
  add("operands across a POP",
      p4(short_unicode("os") + short_unicode("collections") + kPop + short_unicode("system") +
         "\x93"),
      "pickle.global");
  add("operands across a POP_MARK",
      p4(short_unicode("os") + kMark + short_unicode("x") + "1" + short_unicode("system") + "\x93"),
      "pickle.global");
  add("bytes for a module", p4(short_bytes("os") + short_unicode("system") + "\x93"),
      "pickle.unresolved");
  add("a name that is longer than any",
      p4(short_unicode("os") + unicode(std::string(5000, 's')) + "\x93"), "pickle.unresolved");
  add("a computed module",
      p4(stack_global("builtins", "bytearray") + kEmptyTuple + kReduce + short_unicode("x") +
         "\x93"),
      "pickle.unresolved");
}

void objects(List& out) {
  const auto add = [&](std::string name, std::string bytes, std::string code) {
    out.push_back({std::move(name), "model.pkl", std::move(bytes), std::move(code)});
  };
  add("EXT1", proto(2) + "\x82\x07" + payload() + kReduce + kStop, "pickle.extension");
  add("EXT2", proto(2) + "\x83\x07\x01.", "pickle.extension");
  add("EXT4", proto(2) + "\x84" + le(70000, 4) + kStop, "pickle.extension");
  add("PERSID", "Pwhat ever\n.", "pickle.persistent");
  add("BINPERSID", proto(2) + unicode("x") + kBinpersid + kStop, "pickle.persistent");
  add("a storage of a foreign type",
      proto(2) + kMark + unicode("storage") + global("os", "system") + unicode("0") +
          unicode("cpu") + int1(4) + kTuple + kBinpersid + kStop,
      "pickle.persistent");
  add("BUILD on a class",
      proto(2) + global("collections", "OrderedDict") + kEmptyDict + kBuild + kStop,
      "pickle.build");
  add("BUILD with __setstate__",
      proto(2) + global("collections", "OrderedDict") + kEmptyTuple + kReduce + kEmptyDict +
          unicode("__setstate__") + global("builtins", "set") + kSetitem + kBuild + kStop,
      "pickle.build");
  add(
      "BUILD with a name behind sixteen others",
      [] {
        std::string head =
            proto(2) + global("collections", "OrderedDict") + kEmptyTuple + kReduce + kEmptyDict;
        for (int i = 0; i < 20; ++i) head += unicode("k" + std::to_string(i)) + kNone + kSetitem;
        return head + unicode("__class__") + kNone + kSetitem + kBuild + kStop;
      }(),
      "pickle.build");
  add("BUILD with attributes as a pair",
      proto(2) + global("collections", "OrderedDict") + kEmptyTuple + kReduce + kNone + kEmptyDict +
          kTuple2 + kBuild + kStop,
      "pickle.build");
  add("BUILD on an array's type code",
      proto(2) + global("torch", "device") + unicode("cpu") + kTuple1 + kReduce + kEmptyDict +
          kBuild + kStop,
      "pickle.build");
}

void arguments(List& out) {
  const auto add = [&](std::string name, std::string bytes, std::string code) {
    out.push_back({std::move(name), "model.pkl", std::move(bytes), std::move(code)});
  };
  add("SETITEM on a result",
      proto(2) + global("torch", "Size") + kEmptyList + kTuple1 + kReduce + int1(0) + int1(1) +
          kSetitem + kStop,
      "pickle.setitem");
  add("APPENDS on a result",
      proto(2) + global("collections", "OrderedDict") + kEmptyTuple + kReduce + kMark + int1(1) +
          kAppends + kStop,
      "pickle.append");
  add("ADDITEMS on a list", p4(kEmptyList + kMark + int1(1) + "\x90"), "pickle.append");
  add("calling what may only be mentioned",
      proto(2) + global("builtins", "list") + kEmptyTuple + kReduce + kStop, "pickle.reduce");
  add("calling a result",
      proto(2) + global("builtins", "set") + kEmptyTuple + kReduce + kEmptyTuple + kReduce + kStop,
      "pickle.reduce");
  add("calling a string", proto(2) + unicode("os.system") + kEmptyTuple + kReduce + kStop,
      "pickle.reduce");
  add("encode with another codec",
      proto(2) + global("_codecs", "encode") + unicode("x") + unicode("rot13") + kTuple2 + kReduce +
          kStop,
      "pickle.arguments");
  add("copyreg with a class that is not listed",
      proto(2) + global("copy_reg", "_reconstructor") + global("builtins", "set") +
          global("__builtin__", "object") + kNone + kTuple3 + kReduce + kStop,
      "pickle.arguments");
  add("copyreg with another base",
      proto(2) + global("copy_reg", "_reconstructor") + global("collections", "OrderedDict") +
          global("__builtin__", "dict") + kEmptyDict + kTuple3 + kReduce + kStop,
      "pickle.arguments");
  add("an array of another class",
      proto(2) + global("numpy.core.multiarray", "_reconstruct") + global("builtins", "object") +
          kEmptyTuple + unicode("b") + kTuple3 + kReduce + kStop,
      "pickle.arguments");
  add("a rebuild that calls something else",
      proto(2) + global("torch._tensor", "_rebuild_from_type_v2") + kMark +
          global("_codecs", "encode") + global("torch", "Tensor") + kEmptyTuple + kNone + kTuple +
          kReduce + kStop,
      "pickle.arguments");
  add("a default factory that is a function",
      proto(2) + global("collections", "defaultdict") + global("_codecs", "encode") + kTuple1 +
          kReduce + kStop,
      "pickle.arguments");
}

constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"builtins", "eval"},
    {"builtins", "exec"},
    {"builtins", "compile"},
    {"builtins", "getattr"},
    {"builtins", "__import__"},
    {"builtins", "open"},
    {"__builtin__", "apply"},
    {"builtins", "breakpoint"},
    {"builtins", "list.__class__"},
    {"os", "popen"},
    {"nt", "system"},
    {"os.path", "os.system"},
    {"collections", "OrderedDict.__init__"},
    {"collections", "__builtins__"},
    {"subprocess", "check_output"},
    {"sys", "modules"},
    {"runpy", "_run_code"},
    {"pty", "spawn"},
    {"timeit", "timeit"},
    {"pdb", "run"},
    {"bdb", "Bdb.run"},
    {"asyncio.unix_events", "_UnixSubprocessTransport._start"},
    {"pip", "main"},
    {"pip._internal.cli.main", "main"},
    {"pydoc", "pipepager"},
    {"ctypes", "CDLL"},
    {"functools", "partial"},
    {"functools", "reduce"},
    {"operator", "attrgetter"},
    {"operator", "methodcaller"},
    {"importlib", "import_module"},
    {"types", "FunctionType"},
    {"marshal", "loads"},
    {"pickle", "loads"},
    {"_pickle", "Unpickler"},
    {"shelve", "open"},
    {"logging.config", "_resolve"},
    {"code", "InteractiveInterpreter.runcode"},
    {"cProfile", "run"},
    {"profile", "Profile.run"},
    {"trace", "Trace.run"},
    {"doctest", "debug_script"},
    {"ensurepip", "_run_pip"},
    {"idlelib.run", "Executive.runcode"},
    {"lib2to3.pgen2.grammar", "Grammar.loads"},
    {"distutils.file_util", "write_file"},
    {"uuid", "_get_command_stdout"},
    {"ssl", "get_server_certificate"},
    {"smtplib", "SMTP"},
    {"urllib.request", "urlopen"},
    {"requests.api", "get"},
    {"webbrowser", "open"},
    {"numpy", "load"},
    {"numpy.f2py.crackfortran", "getlincoef"},
    {"numpy.testing._private.utils", "runstring"},
    {"numpy.core.multiarray", "fromfile"},
    {"numpy.ctypeslib", "load_library"},
    {"numpy.ma.core", "_mareconstruct"},
    {"torch", "load"},
    {"torch.storage", "_load_from_bytes"},
    {"torch.hub", "load"},
    {"torch.serialization", "load"},
    {"torch._utils", "_rebuild_tensor_v9"},
    {"torch._utils", "_import_dotted_name"},
    {"torch.utils.collect_env", "run"},
    {"torch._inductor.codecache", "compile_file"},
    {"torch._dynamo.guards", "GuardBuilder.get"},
    {"torch.jit.unsupported_tensor_ops", "execWrapper"},
    {"torch.utils._config_module", "ConfigModule.load_config"},
    {"torch.utils.data.datapipes.utils.decoder", "basichandlers"},
    {"torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"},
    {"torch.nn.modules.linear", "Linear"},
    {"joblib.numpy_pickle", "load"},
    {"joblib._dask", "Batch"},
    {"sklearn.preprocessing._function_transformer", "FunctionTransformer"},
    {"pandas.io.pickle", "read_pickle"},
    {"dill._dill", "_create_function"},
    {"cloudpickle.cloudpickle", "_builtin_type"},
    {"__main__", "Model"},
    {"__torch__", "Model"},
    {"evil", "run"},
    {"collections ", "OrderedDict"},
    {"Collections", "OrderedDict"},
    {"", "system"},
};

void names(List& out) {
  for (const auto& [module, name] : kNames) {
    out.push_back({std::string(module) + "." + std::string(name), "model.pkl",
                   exploit(module, name), "pickle.reduce"});
  }
}

void broken(List& out) {
  const auto add = [&](std::string name, std::string path, std::string bytes, std::string code) {
    out.push_back({std::move(name), std::move(path), std::move(bytes), std::move(code)});
  };
  const std::string body = global("posix", "system") + payload() + kReduce;
  add("broken behind the call", "a.pkl", proto(2) + body + "\xff\xff", "pickle.reduce");
  add("no STOP", "a.pkl", proto(2) + body, "pickle.reduce");
  add("cut off", "a.pkl", proto(2) + kEmptyDict + unicode("a") + "X" + le(1U << 30, 4) + "x",
      "pickle.malformed");
  add("an unknown opcode", "a.pkl", proto(2) + "\xfe.", "pickle.malformed");
  add("an unknown protocol", "a.pkl", proto(9) + "N.", "pickle.malformed");
  add("an empty stack", "a.pkl", proto(2) + kReduce + kStop, "pickle.malformed");
  add("a memo entry that is not there", "a.pkl", proto(2) + "h\x07.", "pickle.malformed");
  add("values left on the stack", "a.pkl", proto(2) + kNone + kNone + kStop, "pickle.malformed");
  add("nothing but a protocol", "a.pkl", proto(4), "pickle.malformed");
  add("no pickle at all", "a.pt", "hello world, this is no model", "pickle.malformed");
  add("bytes behind STOP", "a.pkl", benign() + "and more of them", "pickle.trailing");
  add("a second pickle behind a harmless one", "a.pkl", benign() + exploit(), "pickle.reduce");
  add("a third one", "a.pkl", benign() + benign() + exploit(), "pickle.reduce");
  add("the second one without PROTO", "a.pkl", benign() + "cos\nsystem\n(S'true'\ntR.",
      "pickle.reduce");
  add("before PROTO", "a.bin", "(0" + exploit(), "pickle.reduce");
  add("a frame that lies", "a.pkl", proto(4) + "\x95" + le(1U << 20, 8) + "N.", "pickle.malformed");
  add("code that the interpreter would only reach past an error", "a.pkl",
      proto(2) + body + kPop + kReduce + kStop, "pickle.reduce");
  add("legacy PyTorch with code", "a.pt", legacy_torch(exploit()), "pickle.reduce");
  add("legacy PyTorch with code in its keys", "a.pt",
      proto(2) + "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + benign() + benign() +
          state_dict() + exploit(),
      "pickle.reduce");
  add("code before the magic number", "a.pt",
      proto(2) + body + kPop + "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
      "pickle.reduce");
  add("arguments that are a list", "a.bin", "cos\nsystem\n(S'true'\nlR.", "pickle.reduce");
  add("a frame that lies, and no PROTO", "a.bin",
      "\x95" + le(1U << 20, 8) + global("os", "system") + payload() + kReduce + kStop,
      "pickle.reduce");
  add("INST without a mark", "a.pkl", inst("os", "system") + kStop, "pickle.global");
  const auto wrapper = [](int length) {
    return global("joblib.numpy_pickle", "NumpyArrayWrapper") + kEmptyTuple + kNewobj + kEmptyDict +
           kMark + unicode("shape") + int1(length) + kTuple1 + unicode("dtype") +
           global("numpy", "dtype") + unicode("u1") + kFalse + kTrue + kTuple3 + kReduce +
           unicode("order") + unicode("C") + kSetitems + kBuild;
  };
  const std::string hidden = kPop + body + kStop;
  const auto size = static_cast<int>(hidden.size());
  add("opcodes in the place of joblib's array", "a.pkl", proto(2) + wrapper(size) + hidden + kStop,
      "pickle.reduce");
  add("with names from before the array", "a.pkl",
      proto(4) + short_unicode("os") + "q" + le(0, 1) + kPop + short_unicode("system") + "q" +
          le(1, 1) + kPop + wrapper(9 + static_cast<int>(payload().size())) + kPop + "h" +
          le(0, 1) + "h" + le(1, 1) + "\x93" + payload() + kReduce + kStop + kStop + kStop,
      "pickle.reduce");
  add("a frame that goes on behind joblib's array", "a.joblib",
      proto(4) + frame(wrapper(size) + hidden) + std::string(hidden.size(), 'N') + kStop,
      "pickle.malformed");
  add("a pickle behind legacy PyTorch's storages", "a.pt",
      legacy_torch(state_dict()).substr(0, legacy_torch(state_dict()).size() - 24) + exploit(),
      "pickle.reduce");
  for (const auto* const path : {"a.bin", "a.dat", "a.model", "a.ckpt", "weights", "a.h5", "a.npy"})
    add("under a name of another kind", path, exploit(), "pickle.reduce");
  for (const auto* const path :
       {"a.safetensors", "a.json", "a.txt", "a.gguf", "a.onnx", "README.md"}) {
    add("disguised", path, exploit(), "format.disguise");
    add("disguised, protocol 0", path, "cposix\nsystem\n(S'true'\ntR.", "pickle.reduce");
  }
}

}  // namespace

List pickle_cases() {
  List out;
  imports(out);
  objects(out);
  arguments(out);
  names(out);
  broken(out);
  return out;
}

}  // namespace mpk::scan::test
