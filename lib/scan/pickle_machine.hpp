// PickleMachine: the stack, marks and memo of an unpickler, over symbols; private to this module.
#pragma once

#include "scan/content.hpp"
#include "scan/pickle.hpp"
#include "scan/pickle_heap.hpp"
#include "scan/pickle_judge.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mpk::scan {

class PickleMachine {
 public:
  /// `plain`: joblib's arrays are not skipped, as pickle.load knows nothing of them.
  PickleMachine(const Content& content, std::uint64_t begin, const PickleOptions& options,
                PickleWalk& walk, bool plain)
      : content_(content),
        cursor_(content, begin),
        options_(options),
        walk_(walk),
        plain_(plain),
        judge_(heap_, walk.findings, options.member, options.torchscript) {}
  /// Goes on as another, from `offset`: for an unpickler that reads the stream differently.
  PickleMachine(const PickleMachine& other, PickleWalk& walk, std::uint64_t offset)
      : content_(other.content_),
        cursor_(other.content_, offset),
        options_(other.options_),
        walk_(walk),
        plain_(true),
        heap_(other.heap_),
        judge_(heap_, walk.findings, other.options_.member, other.options_.torchscript),
        stack_(other.stack_),
        marks_(other.marks_),
        memo_(other.memo_) {}
  PickleMachine(const PickleMachine&) = delete;
  PickleMachine& operator=(const PickleMachine&) = delete;
  ~PickleMachine() = default;
  Result<void> run();

 private:
  // One opcode; false: the walk is over.
  bool step(std::uint8_t opcode);
  bool literal(std::uint8_t opcode);
  bool text(std::uint8_t opcode);
  bool collection(std::uint8_t opcode);
  bool memo(std::uint8_t opcode);
  bool stack(std::uint8_t opcode);
  bool action(std::uint8_t opcode);
  bool imports(std::uint8_t opcode);
  bool calls(std::uint8_t opcode);
  bool stop();

  bool fail(std::string problem);
  bool over(std::string_view what);
  bool push(const Value& value);
  std::optional<Value> pop();
  const Value* top();
  /// What was pushed since the last mark, which is taken away with it.
  std::optional<std::vector<Value>> pop_mark();
  bool push_number(std::optional<std::uint64_t> bits, std::size_t width, bool is_signed);
  bool push_long(std::optional<std::uint64_t> size);
  bool push_bytes(Kind kind, std::optional<std::uint64_t> size);
  bool push_line(std::uint8_t opcode);
  bool put(std::optional<std::uint64_t> index);
  bool get(std::optional<std::uint64_t> index);
  bool set_items(const Value& target, const std::vector<Value>& items);
  bool build();
  /// joblib/numpy_pickle.py, NumpyArrayWrapper.read_array: the array's bytes stand in the stream.
  bool skip_joblib_array(const Value& wrapper);
  /// Without joblib the array's bytes are opcodes.
  bool read_as_opcodes(bool objects);
  std::optional<std::uint64_t> joblib_bytes(const Value& state, bool& objects) const;

  const Content& content_;
  Cursor cursor_;
  const PickleOptions& options_;
  PickleWalk& walk_;
  bool plain_;           // as pickle.load reads it, without joblib
  bool forked_ = false;  // that reading was looked at as well
  Heap heap_;
  Judge judge_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Value> memo_;
  std::uint64_t at_ = 0;  // of the opcode
  std::uint64_t frame_end_ = 0;
  std::optional<Error> trouble_;
};

/// The text of a quoted STRING or of a UNICODE argument, its escapes undone.
std::optional<std::string> unquoted(std::string_view line);
std::string raw_unicode(std::string_view line);

}  // namespace mpk::scan
