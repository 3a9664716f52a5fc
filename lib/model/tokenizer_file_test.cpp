// tokenizer_file: sizes as the tokenizers library counts them, and files that are none.
#include "model/tokenizer_file.hpp"

#include "base/limits.hpp"
#include "model/sample_files.hpp"

#include <ostream>

namespace mpk::model {
namespace {

Result<TokenizerFile> read(std::string text) {
  return read_tokenizer_file(sample::whole("tokenizer.json", std::move(text)));
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
  FileHead large = sample::whole("tokenizer.json", R"({"model":{}})");
  CHECK(read_tokenizer_file(large));
  large.size = kTokenizerFile + 1;
  CHECK(read_tokenizer_file(large).error().kind() == ErrorKind::too_large);
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
