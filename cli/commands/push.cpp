// mpk push: a directory straight to a registry, or a packed artifact from the local store or a
// layout.
#include "commands/commands.hpp"
#include "flow/local_store.hpp"
#include "flow/pack.hpp"
#include "oci/copy.hpp"
#include "options/options.hpp"
#include "options/pack_options.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  PackFlags pack;
  std::string source;
  std::optional<std::string> target;
  bool no_cache = false;
};

void print_pushed(const oci::Reference& reference, const Digest& digest, std::size_t uploaded,
                  std::size_t there, Json document, Session& session) {
  if (session.json()) {
    document["kind"] = "Pushed";
    document["reference"] = reference.text();
    document["digest"] = digest.text();
    document["blobsUploaded"] = uploaded;
    document["blobsAlreadyThere"] = there;
    session.print_json(document);
    return;
  }
  session.print(pinned(reference, digest));
  session.say(counted(uploaded, "new blob") + ", " + std::to_string(there) + " already there");
}

Result<int> push_files(const Options& o, const oci::Reference& target, Session& session) {
  auto request = TRY(o.pack.request(o.source, session));
  request.use_cache = !o.no_cache;
  auto packed = TRY(flow::pack_to(session.context(o.registry.plain_http), request, target));
  say_ignored(packed, session);
  print_pushed(target, packed.artifact.manifest.digest, packed.blobs_uploaded,
               packed.blobs_already_there, packed_json(packed), session);
  return 0;
}

Result<int> push_packed(const Options& o, const oci::Reference& source,
                        const oci::Reference& target, Session& session) {
  auto context = session.context(o.registry.plain_http);
  bool is_layout = source.kind == oci::Reference::Kind::layout;
  auto from = is_layout ? TRY(flow::open_store(context, source))
                        : TRY(flow::open_local_store(context).with(
                              "nothing was packed yet (mpk pack DIR -t REF)"));
  auto root = is_layout ? TRY(flow::resolve(*from, source))
                        : TRY(from->resolve(source.text()).with("local store"));
  auto to = TRY(flow::open_store(context, target, {.create = true}));
  oci::CopyOptions options;
  options.tag = target.tag;
  options.workers = context.workers;
  options.progress = &context.progress;
  options.cancel = context.cancel;
  auto copied = TRY(oci::copy_artifact(*from, root, *to, options));
  print_pushed(target, root.digest, copied.blobs, copied.blobs_already_there, Json::object(),
               session);
  return 0;
}

Result<int> run(const Options& o, Session& session) {
  bool is_reference = oci::Reference::looks_like(o.source);
  if (!o.target && !is_reference) {
    return Error(ErrorKind::usage, "where to? mpk push DIR REF",
                 "for example mpk push " + o.source + " ghcr.io/acme/model:1.0");
  }
  auto target = TRY(parse_target_reference(o.target.value_or(o.source)));
  if (!is_reference) return push_files(o, target, session);
  if (!o.target && target.kind == oci::Reference::Kind::layout) {
    return Error(ErrorKind::usage, o.source + " is a layout already: where to push it?",
                 "mpk push " + o.source + " REGISTRY/REPO:TAG");
  }
  return push_packed(o, TRY(parse_target_reference(o.source)), target, session);
}

}  // namespace

Command push_command() {
  return {
      .path = {"push"},
      .summary = "Push a directory or a packed artifact to a registry",
      .description =
          "A directory streams to the registry as it is read and hashed: no local copy, one read.\n"
          "A reference is taken from the local store, where mpk pack put it.",
      .examples = {{"mpk push ./tiny-llama ghcr.io/acme/tiny-llama:1.0", "straight from the files"},
                   {"mpk push ghcr.io/acme/tiny-llama:1.0", "what mpk pack -t made"},
                   {"mpk push oci:./models:1.0 ghcr.io/acme/tiny-llama:1.0", "from an OCI layout"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("DIR|REF", o->source, "Directory, or artifact that was packed",
                       ValueKind::directory);
        set.positional("REF", o->target, "Where to push", ValueKind::reference);
        o->pack.add_to(set);
        o->registry.add_to(set);
        set.flag("--no-cache", o->no_cache, kNoCacheHelp);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
