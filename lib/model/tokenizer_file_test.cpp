// tokenizer_file: sizes as the tokenizers library counts them, and files that are none.
#include "model/tokenizer_file.hpp"

#include "base/limits.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

Result<TokenizerFile> read(std::string text) {
  return *TRY(read_tokenizer_file(sample::whole("tokenizer.json", std::move(text))));
}

/// As text that is too long to be kept, in pieces of this size.
Result<TokenizerFile> stream(const std::string& text, std::size_t piece) {
  const std::string spaces(70U << 10, ' ');
  const FileHead head = sample::tap("tokenizer.json", text + spaces, piece);
  CHECK(head.bytes.size() <= 4096);
  CHECK_FALSE(head.whole);
  return *TRY(read_tokenizer_file(head));
}

}  // namespace

TEST_CASE("the tokenizer of tiny-llama is read") {
  const auto file = read(sample::testdata("tiny-llama/tokenizer.json"));
  REQUIRE(file);
  CHECK(file->type == "BPE");
  CHECK(file->vocabulary == 512);
  CHECK(file->tokens == 512);
  CHECK(file->largest_id == 511U);
  CHECK(file->largest_added_id == 3U);
  REQUIRE(file->find("<|end|>"));
  CHECK(file->find("<|end|>")->id == 2);
  CHECK(file->find("<|end|>")->special);
  CHECK_FALSE(file->find("<|nothing|>"));
}

TEST_CASE("vocabularies are counted with the added tokens that they lack") {
  const struct {
    const char* text;
    const char* type;
    std::uint64_t vocabulary, tokens, largest;
  } table[] = {
      {R"({"model":{"type":"WordPiece","vocab":{"a":0,"b":1,"c":7}}})", "WordPiece", 3, 3, 7},
      {R"({"added_tokens":[{"id":1,"content":"b"},{"id":2,"content":"x","special":true}],
           "model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b",["c","d"]]}})",
       "BPE", 2, 3, 1},
      {R"({"model":{"vocab":[["a",0.0],["b",-1.5],["c",-2]],"type":"Unigram","unk_id":0},
           "added_tokens":[{"content":"c","id":2}]})",
       "Unigram", 3, 3, 2},
      // A piece that is there twice counts twice, as in the library.
      {R"({"model":{"vocab":[["a",0],["a",-1]],"type":"Unigram"},"added_tokens":[{"content":"a","id":0}]})",
       "Unigram", 2, 2, 1},
      // What stands elsewhere is no vocabulary: names repeat at other depths.
      {R"({"decoder":{"model":{"vocab":{"z":9}},"vocab":{"y":8}},"model":{"type":"WordLevel",
           "vocab":{"a":0},"other":{"vocab":{"b":1,"type":"x"},"type":"x"}}})",
       "WordLevel", 1, 1, 0},
      {R"({"model":{"vocab":{"vocab":0,"type":1,"added_tokens":2},"type":"BPE"}})", "BPE", 3, 3, 2},
      {R"({"model":{"type":"Unigram","vocab":[["[",0],["{",[["x",1]]],[]]}})", "Unigram", 2, 2, 1},
  };
  for (const auto& row : table) {
    CAPTURE(std::string_view(row.text));
    const auto file = read(row.text);
    REQUIRE(file);
    CHECK(file->type == row.type);
    CHECK(file->vocabulary == row.vocabulary);
    CHECK(file->tokens == row.tokens);
    CHECK(file->largest_id.value_or(0) == row.largest);
    for (const std::size_t piece : {1, 7, 1 << 20}) {
      const auto streamed = stream(row.text, piece);
      REQUIRE(streamed);
      CHECK(streamed->type == row.type);
      CHECK(streamed->tokens == row.tokens);
      CHECK(streamed->largest_id == file->largest_id);
    }
  }
}

TEST_CASE("a file that is no tokenizer is refused with its reason") {
  const auto deep = [](std::size_t levels) {
    return R"({"model":{"vocab":{"a":0},"x":)" + std::string(levels, '[') +
           std::string(levels, ']') + "}}";
  };
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"), std::string("3"),
        std::string(R"({"model":{"vocab":{"a":0}})"), std::string("{\"model\":{\"a\":\"\xff\"}}"),
        std::string(R"({"model":{}} x)"), deep(limits::kJsonDepth)}) {
    CAPTURE(text);
    const auto file = read(text);
    REQUIRE_FALSE(file);
    CHECK(file.error().kind() == ErrorKind::malformed);
  }
  CHECK(read(deep(8)));
  CHECK(stream("{\"model\":{}}", 100));
  CHECK(stream("{\"model\":{}}}", 100).error().kind() == ErrorKind::malformed);
  // Of a remote file only the beginning may have come.
  HeadTap tap("tokenizer.json", 1U << 30);
  tap.feed(as_bytes(R"({"model":{"vocab":{"a":0,)"));
  CHECK_FALSE(tap.satisfied());
  CHECK(read_tokenizer_file(tap.finish()).error().kind() == ErrorKind::too_large);
}

TEST_CASE("what has to be kept of a tokenizer is bounded") {
  const auto added = [](std::size_t count, std::size_t length) {
    std::string text = R"({"added_tokens":[)";
    for (std::size_t i = 0; i < count; ++i) {
      text += std::string(i > 0 ? "," : "") + R"({"content":")" + std::to_string(i) +
              std::string(length, 'x') + "\"}";
    }
    return read(text + R"(],"model":{"vocab":{"0":1}}})");
  };
  CHECK(added(kAddedTokens, 0)->tokens == kAddedTokens);
  CHECK(added(kAddedTokens + 1, 0).error().kind() == ErrorKind::too_large);
  CHECK(added(8, (1U << 20) - 2));
  CHECK(added(9, 1U << 20).error().kind() == ErrorKind::too_large);
  CHECK(read(R"({"added_tokens":[],"model":{},"added_tokens":[]})").error().kind() ==
        ErrorKind::malformed);

  const auto early = [](std::size_t count) {
    std::string text = R"({"model":{"vocab":[)";
    for (std::size_t i = 0; i < count; ++i) text += i > 0 ? ",[\"a\"]" : "[\"a\"]";
    return text + "]}";
  };
  const std::string late = R"(,"added_tokens":[{"content":"a"},{"content":"b"},{"content":"b"}]})";
  CHECK(read(early(kEarlyTokens) + late)->tokens == kEarlyTokens + 1);
  CHECK(read(early(kEarlyTokens + 1) + late).error().kind() == ErrorKind::too_large);
  CHECK(read(early(kEarlyTokens + 1) + "}")->tokens == kEarlyTokens + 1);
}

TEST_CASE("every beginning of a tokenizer is refused") {
  const std::string text =
      R"({"added_tokens":[{"id":3,"content":"<s>","special":true}],"model":{"type":"BPE","vocab":{"a":0}}})";
  CHECK(read(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read(text.substr(0, size)));
  }
}

TEST_CASE("numbers that are no ids are passed over") {
  const auto file = read(R"({"added_tokens":[{"id":-1,"content":"a"},{"id":1e99,"content":"b"},
      {"id":18446744073709551615,"content":"c"},{"content":"d"},{},[]],
      "model":{"vocab":{"a":-5,"b":1.5,"c":"x","d":null}}})");
  REQUIRE(file);
  CHECK(file->added.size() == 4);
  CHECK(file->largest_added_id == UINT64_MAX);
  CHECK_FALSE(file->largest_id);
  CHECK(file->tokens == 4);
}

}  // namespace mpk::model
