// HeadTap: what it keeps of each kind of file, whatever the pieces and the claims.
#include "model/head.hpp"

#include "model/sample_files.hpp"
#include "model/tokenizer_file.hpp"

#include <ostream>

namespace mpk::model {
namespace {

/// More than a file that is kept just for being small.
const std::size_t kBig = 200'000;

std::string big_safetensors() {
  const std::string data = std::to_string(kBig);
  return sample::safetensors(
      R"({"a":{"dtype":"U8","shape":[)" + data + R"(],"data_offsets":[0,)" + data + "]}}", kBig);
}

std::string big_gguf(std::size_t metadata) {
  return sample::gguf({sample::gguf_tensor("a", {kBig}, 24, 0)},
                      {sample::gguf_text("general.name", std::string(metadata, 'n'))}, kBig);
}

}  // namespace

TEST_CASE("the head of a file does not depend on the pieces it comes in") {
  const std::string text(kBig, 't');
  const std::pair<const char*, std::string> files[] = {
      {"model.safetensors", big_safetensors()},
      {"small.gguf", big_gguf(10)},
      {"large.gguf", big_gguf(300'000)},
      {"broken.gguf", "GGUF" + sample::u32(9) + text},
      {"lies.safetensors", sample::u64(kBig + 1000) + "{" + text},
      {"README.md", text},
      {"weights.bin", text},
      {"tiny.json", "{}"},
      {"empty", ""},
  };
  for (const auto& [path, bytes] : files) {
    CAPTURE(std::string_view(path));
    const FileHead head = sample::tap(path, bytes);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4097}}) {
      const FileHead again = sample::tap(path, bytes, piece);
      CHECK(again.bytes == head.bytes);
      CHECK(again.whole == head.whole);
      CHECK(again.size == bytes.size());
    }
  }
}

TEST_CASE("of a safetensors file the length and the JSON header are kept") {
  const std::string file = big_safetensors();
  const FileHead head = sample::tap("model.safetensors", file);
  CHECK(head.bytes == file.substr(0, file.size() - kBig));
  CHECK_FALSE(head.whole);
  // The content decides, whatever the name.
  CHECK(sample::tap("weights.dat", file).bytes == head.bytes);
}

TEST_CASE("a safetensors header that claims more than the file or the limit is not waited for") {
  const std::string rest(kBig, 'x');
  CHECK(sample::tap("a.safetensors", sample::u64(kBig) + "{" + rest).bytes.size() == kBig + 8);
  CHECK(sample::tap("a.safetensors", sample::u64(kBig + 2) + "{" + rest).bytes.size() == 4096);
  HeadTap tap("a.safetensors", std::uint64_t{1} << 40);
  tap.feed(as_bytes(sample::u64(limits::kSafetensorsHeader + 1) + "{" + rest));
  CHECK(tap.finish().bytes.size() == 4096);
}

TEST_CASE("of a GGUF file the metadata and tensor infos are kept, however long they are") {
  for (const std::size_t metadata : {std::size_t{10}, std::size_t{70'000}, std::size_t{300'000}}) {
    CAPTURE(metadata);
    const std::string file = big_gguf(metadata);
    const FileHead head = sample::tap("model.gguf", file);
    const std::size_t end = 24 + 8 + 12 + 4 + 8 + metadata + 8 + 1 + 4 + 8 + 4 + 8;
    CHECK(head.bytes == file.substr(0, end));
    CHECK_FALSE(head.whole);
  }
}

TEST_CASE("text by name is kept whole up to the limit, other files by their beginning") {
  const std::string most(limits::kTextFile, 't');
  CHECK(sample::tap("README.md", most).whole);
  CHECK(sample::tap("model.onnx", most).whole);
  CHECK(sample::tap("dir/LICENSE", most).whole);
  CHECK(sample::tap("modeling_x.py", most).whole);
  const FileHead more = sample::tap("README.md", most + "t");
  CHECK_FALSE(more.whole);
  CHECK(more.bytes.size() == 4096);
  const FileHead other = sample::tap("weights.bin", most);
  CHECK_FALSE(other.whole);
  CHECK(other.bytes.size() == 4096);
}

TEST_CASE("a small file is kept whole whatever it is, one byte more is not") {
  CHECK(sample::tap("x.bin", std::string(64U << 10, 'x')).whole);
  CHECK_FALSE(sample::tap("x.bin", std::string((64U << 10) + 1, 'x')).whole);
}

TEST_CASE("a stream that is not as long as was said is never whole") {
  HeadTap longer("a.txt", 3);
  longer.feed(as_bytes("abcd"));
  const FileHead kept = longer.finish();
  CHECK(kept.bytes == "abc");
  CHECK_FALSE(kept.whole);
  HeadTap shorter("a.txt", 4);
  shorter.feed(as_bytes("abc"));
  CHECK_FALSE(shorter.finish().whole);
  HeadTap exact("a.txt", 3);
  exact.feed(as_bytes("abc"));
  CHECK(exact.finish().whole);
}

TEST_CASE("formats are recognised by content, then by name") {
  using namespace std::string_view_literals;
  const std::string zip = "PK\x03\x04" + std::string(22, '\0') + sample::number(10, 2) +
                          sample::number(0, 2) + "a/data.pkl";
  const std::string plain_zip =
      "PK\x03\x04" + std::string(22, '\0') + sample::number(5, 2) + sample::number(0, 2) + "a.txt";
  const struct {
    const char* path;
    std::string bytes;
    Format format;
  } table[] = {
      {"x", "GGUF" + sample::u32(3), Format::gguf},
      {"x", sample::safetensors("{}", 0), Format::safetensors},
      {"x", sample::safetensors("[]", 0), Format::unknown},
      // A length of 0x0480 begins as a pickle of protocol 4 does.
      {"x", sample::safetensors("{}" + std::string(1150, ' '), 0), Format::safetensors},
      {"x", "\x08\x09\x12\x01p", Format::onnx},
      {"saved_model.pb", "\x08\x01\x12\x01p", Format::saved_model},
      {"x.pb", "\x08\x01\x12\x01p", Format::unknown},
      {"x.bin", zip, Format::pytorch},
      {"x.bin", plain_zip, Format::zip},
      {"x.pt", plain_zip, Format::pytorch},
      {"x", "\x80\x04\x95", Format::pickle},
      {"x", "\x80\x07\x95", Format::unknown},
      {"x", std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e"sv),
       Format::pytorch},
      {"a.json", "{", Format::json},
      {"a", " {\n\"a\": 1}", Format::json},
      {"a", "{% for %}", Format::text},
      {"a.jsonl", "{\"a\":1}\n", Format::text},
      {"a", "\xc3\xa4", Format::text},
      {"a", "\xc3", Format::unknown},
      {"a", std::string("a\0b"sv), Format::unknown},
      {"model.safetensors", "version https://git-lfs.github.com/spec/v1\n", Format::safetensors},
      {"model.onnx", "", Format::onnx},
      {"a.pkl", "x", Format::pickle},
  };
  for (const auto& [path, bytes, format] : table) {
    CAPTURE(std::string_view(path));
    CAPTURE(bytes);
    CHECK(to_string(detect_format(sample::whole(path, bytes))) == to_string(format));
  }
}

TEST_CASE("of a tokenizer that is not small the beginning is kept and the rest read") {
  const std::string small = R"({"model":{"type":"BPE"}})",
                    large = small + std::string(1U << 17, ' ');
  CHECK(sample::tap("sub/tokenizer.json", small).whole);
  CHECK(sample::tap("sub/tokenizer.json", large).bytes == large.substr(0, 4096));
  CHECK(sample::tap("sub/tokenizer.json", large).tokenizer);
  CHECK(sample::tap("vocab.json", large).whole);
  HeadTap broken("tokenizer.json", large.size());
  broken.feed(as_bytes("{{"));
  CHECK(broken.satisfied());
  CHECK(read_tokenizer_file(broken.finish()).error().kind() == ErrorKind::malformed);
}

TEST_CASE("a condensed head keeps what facts are read from, and 4 KiB of anything else") {
  const std::string text(kBig / 4, 't');
  for (const auto* path : {"README.md", "sub/config.json", "LICENSE", "x.safetensors.index.json",
                           "chat_template.jinja", "tokenizer.json", "model_index.json"}) {
    CAPTURE(std::string_view(path));
    const FileHead head = condensed(sample::tap(path, text));
    CHECK(head.whole);
    CHECK(head.bytes == text);
  }
  for (const auto* path : {"vocab.json", "notes.txt", "run.py", "blob"}) {
    CAPTURE(std::string_view(path));
    const FileHead head = condensed(sample::tap(path, text));
    CHECK_FALSE(head.whole);
    CHECK(head.bytes.size() == 4096);
    CHECK(head.size == text.size());
  }
  CHECK(condensed(sample::tap("tiny.txt", "x")).whole);
  const std::string weights = big_safetensors();
  CHECK(condensed(sample::tap("a.safetensors", weights)).bytes ==
        sample::tap("a.safetensors", weights).bytes);
}

}  // namespace mpk::model
