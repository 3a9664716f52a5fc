// Judge: the rules of imports, calls and state.
#include "scan/pickle_judge.hpp"

#include <algorithm>
#include <utility>

namespace mpk::scan {
namespace {

std::string_view code_of(Call how) {
  switch (how) {
    case Call::reduce:
      return "pickle.reduce";
    case Call::newobj:
      return "pickle.newobj";
    case Call::obj:
      return "pickle.obj";
    case Call::inst:
      return "pickle.inst";
  }
  return "pickle.reduce";
}

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "a boolean";
    case Kind::integer:
    case Kind::real:
      return "a number";
    case Kind::text:
      return "a string";
    case Kind::bytes:
      return "bytes";
    case Kind::tuple:
      return "a tuple";
    case Kind::list:
      return "a list";
    case Kind::dict:
      return "a dictionary";
    case Kind::set:
      return "a set";
    case Kind::storage:
      return "a storage";
    case Kind::global:
    case Kind::instance:
    case Kind::buffer:
      break;
  }
  return "an object";
}

}  // namespace

void Judge::add(std::string_view code, std::uint64_t offset, std::string found,
                std::string detail) {
  findings_.add(code, member_, offset, std::move(found), std::move(detail));
}

std::string Judge::name_of(const Value& value) const {
  if (value.kind == Kind::global && value.known) {
    const auto& global = heap_.global(value);
    return global.module + "." + global.name;
  }
  if (value.kind == Kind::instance && value.known) {
    const auto& instance = heap_.instance(value);
    if (instance.known) {
      const auto& global = heap_.global(instance.global);
      return "the result of " + global.module + "." + global.name;
    }
  }
  return std::string(word(value.kind));
}

const Allowed* Judge::allowed(const Value& value) const {
  return value.kind == Kind::global && value.known ? heap_.global(value).allowed : nullptr;
}

const Allowed* Judge::made_by(const Value& value) const {
  if (value.kind != Kind::instance || !value.known) return nullptr;
  const auto& instance = heap_.instance(value);
  return instance.known ? heap_.global(instance.global).allowed : nullptr;
}

bool Judge::is_global(const Value& value, std::string_view module, std::string_view name) const {
  if (value.kind != Kind::global || !value.known) return false;
  const auto& global = heap_.global(value);
  return global.module == module && global.name == name;
}

Value Judge::import(std::string module, std::string name, std::uint64_t offset) {
  static constexpr Allowed kScriptClass{"__torch__", "", kNew | kState | kCall,
                                        "a TorchScript class"};
  const Allowed* found = find_allowed(module, name);
  // PyTorch's own loader takes these for classes of the archive; Python has no such module.
  const bool script = torchscript_ && (module == "__torch__" || module.starts_with("__torch__."));
  if (found == nullptr && script) found = &kScriptClass;
  if (found == nullptr) {
    const auto& which = rule("pickle.global");
    findings_.add({.rule = &which,
                   .severity = is_notorious(module, name) ? Severity::critical : which.severity,
                   .member = member_,
                   .offset = offset,
                   .found = module + "." + name});
  }
  return heap_.global(std::move(module), std::move(name), found);
}

Value Judge::import_unknown(std::string_view why, std::uint64_t offset) {
  add("pickle.unresolved", offset, "a computed name", std::string(why));
  return heap_.instance({});
}

Value Judge::extension(std::string what, std::uint64_t offset) {
  add("pickle.extension", offset, std::move(what));
  return heap_.instance({});
}

bool Judge::arguments_fit(const Allowed& callable, const Value& arguments) const {
  if (callable.arguments == Arguments::any) return true;
  if (arguments.kind != Kind::tuple || !arguments.known) return false;
  const auto& items = heap_.items(arguments);
  const auto count = static_cast<std::size_t>(arguments.number);
  switch (callable.arguments) {
    case Arguments::any:
      return true;
    case Arguments::latin1:
      return count == 2 && items[0].kind == Kind::text &&
             (heap_.string(items[1]) == "latin1" || heap_.string(items[1]) == "latin-1");
    case Arguments::reconstruct: {
      const auto* const made = count == 3 ? allowed(items[0]) : nullptr;
      return made != nullptr && (made->uses & kNew) != 0 && items[2].kind == Kind::none &&
             (is_global(items[1], "builtins", "object") ||
              is_global(items[1], "__builtin__", "object"));
    }
    case Arguments::array:
      return count == 3 && is_global(items[0], "numpy", "ndarray");
    case Arguments::rebuild: {
      const auto* const function = count == 4 ? allowed(items[0]) : nullptr;
      return function != nullptr && function->module == "torch._utils" &&
             function->name.starts_with("_rebuild_") && allowed(items[1]) != nullptr;
    }
    case Arguments::factory: {
      if (count == 0 || items[0].kind == Kind::none) return true;
      const auto* const factory = allowed(items[0]);
      return factory != nullptr && (factory->uses & kFactory) != 0;
    }
  }
  return false;
}

Value Judge::call(Call how, const Value& callable, const Value& arguments, std::uint64_t offset) {
  acted_ = true;
  const Allowed* const entry = allowed(callable);
  const unsigned use = how == Call::reduce ? kCall : kNew;
  if (entry == nullptr || (entry->uses & use) == 0) {
    const auto& which = rule(code_of(how));
    const bool notorious = callable.kind == Kind::global && callable.known &&
                           is_notorious(heap_.global(callable).module, heap_.global(callable).name);
    findings_.add({.rule = &which,
                   .severity = notorious ? Severity::critical : which.severity,
                   .member = member_,
                   .offset = offset,
                   .found = name_of(callable),
                   .detail = entry != nullptr ? "it may be mentioned, not called" : ""});
    return heap_.instance({});
  }
  if (!arguments_fit(*entry, arguments)) {
    add("pickle.arguments", offset, name_of(callable), std::string(entry->why));
    return heap_.instance({});
  }
  // What copyreg makes is an object of the class that it is given.
  const Value& maker =
      entry->arguments == Arguments::reconstruct ? heap_.items(arguments)[0] : callable;
  return heap_.instance({.global = maker.id, .known = true, .arguments = arguments, .state = {}});
}

// An attribute with a name of Python's own would change what later steps do (`__setstate__`,
// `__class__`).
bool Judge::plain_state(const Value& state) const {
  const auto plain_dict = [&](const Value& value) {
    return value.kind == Kind::none || (value.kind == Kind::dict && heap_.plain(value));
  };
  if (state.kind == Kind::dict) return plain_dict(state);
  if (state.kind != Kind::tuple || !state.known) return false;
  const auto& items = heap_.items(state);
  // (state, attributes): both are set as they are (pickle.py, load_build).
  if (state.number == 2) return std::ranges::all_of(items, plain_dict);
  return std::ranges::none_of(items, [](const Value& each) { return each.kind == Kind::global; });
}

void Judge::build(const Value& target, const Value& state, std::uint64_t offset) {
  acted_ = true;
  const Allowed* const maker = made_by(target);
  if (maker == nullptr || (maker->uses & kState) == 0) {
    add("pickle.build", offset, name_of(target));
    return;
  }
  if (!plain_state(state)) {
    add("pickle.build", offset, name_of(target), "the state is not plain");
    return;
  }
  // A pair would set attributes instead of entries (pickle.py, load_build).
  if (maker->name == "OrderedDict" && state.kind != Kind::dict) {
    add("pickle.build", offset, name_of(target), "the state is no dictionary");
    return;
  }
  heap_.set_state(target, state);
}

void Judge::set_item(const Value& target, const Value& key, const Value& value,
                     std::uint64_t offset) {
  if (target.kind == Kind::dict) {
    heap_.set(target, key, value);
    return;
  }
  const Allowed* const maker = made_by(target);
  if (maker != nullptr && (maker->uses & kItems) != 0) return;
  acted_ = true;
  add("pickle.setitem", offset, name_of(target));
}

void Judge::append(const Value& target, std::uint64_t offset, bool to_set) {
  if (target.kind == (to_set ? Kind::set : Kind::list)) return;
  const Allowed* const maker = made_by(target);
  if (!to_set && maker != nullptr && (maker->uses & kAppend) != 0) return;
  acted_ = true;
  add("pickle.append", offset, name_of(target));
}

// torch/serialization.py, persistent_load: ("storage", type, key, location, size, …).
Value Judge::persistent(const Value& id, std::uint64_t offset) {
  if (id.kind == Kind::tuple && id.known && id.number >= 5) {
    const auto& items = heap_.items(id);
    const auto* const type = allowed(items[1]);
    const auto tag = heap_.string(items[0]);
    if (tag == "storage" && type != nullptr && (type->uses & kStorage) != 0)
      return {.kind = Kind::storage};
  }
  // TorchScript's tensors of older archives go by number; its loader knows no other ids.
  if (torchscript_ && id.kind == Kind::integer) return {.kind = Kind::storage};
  add("pickle.persistent", offset, heap_.string(id) ? std::string(*heap_.string(id)) : name_of(id));
  return heap_.instance({});
}

}  // namespace mpk::scan
