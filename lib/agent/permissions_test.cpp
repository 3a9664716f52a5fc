// The pins as policy engines get them.
#include "agent/permissions.hpp"

#include "agent/test_tools.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mpk;
using namespace mpk::agent;

TEST_CASE("Cedar permits each pinned tool at its digest, and nothing by default") {
  auto server = test::server_of(test::answers(), "a \"b");
  const auto text = cedar_policies({server});
  const auto first = text.substr(0, text.find(";\n") + 2);
  CHECK(first ==
        "@id(\"mcp:a%20%22b/list\")\npermit (\n  principal,\n"
        "  action == Mcp::Action::\"call\",\n"
        "  resource == Mcp::Tool::\"mcp:a%20%22b/list\"\n) when { context.sha256 == \"" +
            server.tools->front().digest.hex() + "\" };\n");
  std::size_t permits = 0;
  for (auto at = text.find("permit ("); at != std::string::npos; at = text.find("permit (", at + 1))
    ++permits;
  CHECK(permits == 3);
  server.tools.reset();
  CHECK(cedar_policies({server}).empty());
}

TEST_CASE("entities and OPA's data have hints, scopes and digests") {
  const auto server = test::server_of(test::answers());
  const auto entities = cedar_entities({server});
  REQUIRE(entities.size() == 4);
  CHECK(entities[2]["uid"]["id"] == "mcp:files/read");
  CHECK(entities[2]["parents"][0]["id"] == "mcp:files");
  CHECK(entities[2]["attrs"]["readOnly"] == true);
  CHECK(entities[2]["attrs"]["scopes"] == Json::array({"files:read"}));
  const auto data = opa_data({server});
  CHECK(data["mcp"]["servers"]["files"]["tools"]["write"]["destructive"] == false);
  CHECK(data["mcp"]["servers"]["files"]["tools"]["write"]["sha256"] ==
        server.tools->at(2).digest.hex());
}
