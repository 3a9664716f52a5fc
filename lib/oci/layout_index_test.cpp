// Tests of layout_index: entries move, everything else in index.json stays.
#include "oci/layout_index.hpp"

#include "json/parse.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

const Descriptor kOne = Descriptor::of(kManifestType, "one");
const Descriptor kTwo = Descriptor::of(kManifestType, "two");

std::string entry(const Descriptor& descriptor, std::string_view members) {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", descriptor.media_type,
                     descriptor.digest.text(), descriptor.size, members);
}
std::string tagged(std::string_view tag) {
  return fmt::format(R"(,"annotations":{{"{}":"{}"}})", kAnnotationRefName, tag);
}
Json index_of(const std::string& list) {
  auto index = layout::parse_index(fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", list));
  if (!index) FAIL(index.error().text());
  return index.take();
}
// "tag=digest" of each entry, in order.
std::vector<std::string> summary(const Json& index) {
  std::vector<std::string> out;
  for (const auto& item : layout::entries(index).take()) {
    out.push_back(item.tag + "=" + (item.descriptor.digest == kOne.digest ? "one" : "two"));
  }
  return out;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an empty index is one that others read") {
  CHECK(json::compact(layout::empty_index()) ==
        R"({"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json",)"
        R"("schemaVersion":2})");
}

TEST_CASE("members that mpk does not know survive every change") {
  const std::string text =
      R"({"schemaVersion":2,"x-vendor":{"a":[1,2]},"annotations":{"k":"v"},"manifests":[)" +
      entry(kOne, R"(,"platform":{"os":"linux"},"urls":["https://x"],"y":1.5)") + "]}";
  Json index = layout::parse_index(text).take();
  layout::set_tag(index, kOne, "a");
  layout::set_tag(index, kTwo, "b");
  layout::set_tag(index, kTwo, "a");
  CHECK(layout::remove_tag(index, "b"));
  CHECK(layout::erase(index, kTwo.digest));
  CHECK(index == json::parse(text).take());
}

TEST_CASE("an untagged entry takes the tag, a second tag gets an entry of its own") {
  Json index = layout::empty_index();
  layout::add(index, kOne);
  layout::add(index, kOne);
  CHECK(summary(index) == Lines{"=one"});
  layout::set_tag(index, kOne, "a");
  CHECK(summary(index) == Lines{"a=one"});
  layout::set_tag(index, kOne, "a");
  CHECK(summary(index) == Lines{"a=one"});
  layout::set_tag(index, kOne, "b");
  CHECK(summary(index) == Lines{"a=one", "b=one"});
}

TEST_CASE("a further entry of a digest keeps what others wrote beside it") {
  Json index = index_of(entry(kOne, R"(,"platform":{"os":"linux"})" + tagged("a")));
  layout::set_tag(index, kOne, "b");
  CHECK(index["manifests"][1]["platform"]["os"] == "linux");
}

TEST_CASE("a tag that moves leaves its old manifest listed once") {
  Json index = layout::empty_index();
  layout::set_tag(index, kOne, "a");
  layout::set_tag(index, kTwo, "a");
  CHECK(summary(index) == Lines{"=one", "a=two"});
  CHECK_FALSE(index["manifests"][0].contains("annotations"));
  layout::set_tag(index, kOne, "a");
  CHECK(summary(index) == Lines{"a=one", "=two"});
}

TEST_CASE("a removed tag leaves the manifest listed, unless it is listed elsewhere") {
  Json index = layout::empty_index();
  layout::set_tag(index, kOne, "a");
  layout::set_tag(index, kOne, "b");
  CHECK(layout::remove_tag(index, "a"));
  CHECK(summary(index) == Lines{"b=one"});
  CHECK(layout::remove_tag(index, "b"));
  CHECK(summary(index) == Lines{"=one"});
  CHECK_FALSE(layout::remove_tag(index, "b"));
  CHECK_FALSE(layout::remove_tag(index, ""));
}

TEST_CASE("a tag with two meanings is refused, twice the same is not") {
  const Json same = index_of(entry(kOne, tagged("a")) + "," + entry(kOne, tagged("a")));
  CHECK(layout::find_tag(same, "a").take()->digest == kOne.digest);
  Json two = index_of(entry(kOne, tagged("a")) + "," + entry(kTwo, tagged("a")));
  CHECK(layout::find_tag(two, "a").error().kind() == ErrorKind::malformed);
  // Setting it again makes it unambiguous.
  layout::set_tag(two, kTwo, "a");
  CHECK(layout::find_tag(two, "a").take()->digest == kTwo.digest);
  CHECK(summary(two) == Lines{"=one", "a=two"});
}

TEST_CASE("listing again fills in what is missing and changes nothing else") {
  Json index = index_of(entry(kOne, R"(,"annotations":{"a":"theirs"})"));
  Descriptor more = kOne;
  more.artifact_type = "x/y";
  more.annotations = {{"a", "ours"}, {"b", "ours"}};
  layout::add(index, more);
  const Descriptor read = layout::entries(index).take()[0].descriptor;
  CHECK(read.artifact_type == "x/y");
  CHECK(read.annotations == Annotations{{"a", "theirs"}, {"b", "ours"}});
}

TEST_CASE("cosign's mark goes on every entry of the digest and replaces none") {
  Json index = index_of(entry(kOne, tagged("a")) + "," + entry(kTwo, "") + "," +
                        entry(kOne, R"(,"annotations":{"kind":"theirs"})"));
  layout::mark_for_cosign(index, kOne.digest);
  const auto list = layout::entries(index).take();
  CHECK(list[0].descriptor.annotations.at("kind") == "dev.cosignproject.cosign/image");
  CHECK(list[0].tag == "a");
  CHECK(list[1].descriptor.annotations.empty());
  CHECK(list[2].descriptor.annotations.at("kind") == "theirs");
}

TEST_CASE("index.json: accepted forms and their refused neighbours") {
  CHECK(layout::parse_index(R"({"schemaVersion":2,"manifests":[]})"));
  CHECK(layout::parse_index(R"({"schemaVersion":2,"manifests":null})"));
  for (const std::string& text : {
           std::string("{}"),
           std::string("[]"),
           std::string(""),
           std::string(R"({"schemaVersion":1,"manifests":[]})"),
           std::string(R"({"schemaVersion":2,"mediaType":"a/b","manifests":[]})"),
           std::string(R"({"schemaVersion":2,"manifests":{}})"),
           std::string(R"({"schemaVersion":2,"manifests":[{}]})"),
           std::string(R"({"schemaVersion":2,"manifests":[],"manifests":[]})"),
           R"({"schemaVersion":2,"manifests":[)" + entry(kOne, R"(,"annotations":{"a":1})") + "]}",
           std::string(R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,)"
                       R"("digest":"sha256:../../../../etc/passwd"}]})"),
       }) {
    CAPTURE(text);
    CHECK(layout::parse_index(text).error().kind() == ErrorKind::malformed);
  }
}
