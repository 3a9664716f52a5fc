// A server's answers for tests: as a real one writes them.
#pragma once

#include "agent/document.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace mpk::agent::test {

/// What initialize and tools/list of one server bring, as a captured document.
inline Json answers() {
  return json::parse(R"([
    {"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-11-25",
      "capabilities": {"tools": {}, "prompts": {}},
      "serverInfo": {"name": "files", "version": "1.0.0"}, "instructions": "Read before you write."}},
    {"jsonrpc": "2.0", "id": 2, "result": {"tools": [
      {"name": "read", "title": "Read", "description": "Returns the text of a file.",
       "inputSchema": {"type": "object", "additionalProperties": false, "required": ["path"],
         "properties": {"path": {"type": "string", "maxLength": 200},
                        "mode": {"enum": ["text", "hex"]},
                        "count": {"type": "integer", "maximum": 100}}},
       "outputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
       "annotations": {"readOnlyHint": true, "openWorldHint": false},
       "_meta": {"securitySchemes": [{"type": "oauth2", "scopes": ["files:read"]}]}},
      {"name": "write", "description": "Writes a file.", "inputSchema": {"type": "object"},
       "annotations": {"destructiveHint": false, "idempotentHint": true}}],
      "nextCursor": "p2"}},
    {"jsonrpc": "2.0", "id": 3, "result": {"tools": [
      {"name": "list", "description": "Lists.", "inputSchema": {"type": "object"}}]}},
    {"jsonrpc": "2.0", "id": 4, "result": {"prompts": [
      {"name": "review", "description": "Review it.", "arguments": [{"name": "path"}]}]}}])")
      .take();
}

inline Server server_of(const Json& document, const std::string& name = {}) {
  return read_document(json::compact(document), name, "file").take().front();
}

/// The first tool of the document above, to be changed.
inline Json& first_tool(Json& document) { return document[1]["result"]["tools"][0]; }

inline Json bom() {
  return json::parse(R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
    "metadata": {"component": {"type": "machine-learning-model", "bom-ref": "model", "name": "m",
                               "version": "1"}},
    "components": [{"type": "data", "bom-ref": "data", "name": "d"}],
    "services": [{"bom-ref": "other", "name": "other"}],
    "dependencies": [{"ref": "model", "dependsOn": ["data"]}]})")
      .take();
}

}  // namespace mpk::agent::test
