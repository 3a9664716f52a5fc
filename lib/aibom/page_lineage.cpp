// The lineage as a drawing: inputs above what is made of them, joined by a rail on the left.
#include "aibom/lookup.hpp"
#include "aibom/page_parts.hpp"
#include "aibom/page_text.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>

namespace mpk::aibom {
namespace {

constexpr int kWidth = 300, kIndent = 22, kBox = 42, kGap = 12, kRail = 10;
constexpr std::size_t kNodes = 40, kDepth = 6;

struct Node {
  std::string name, line, kind;
  std::vector<Node> inputs;
};

// Wide characters take two places. The middle goes: both ends of a name say something.
std::string fitted(std::string_view name, std::size_t places) {
  const auto shown = printable(name, kShownName);
  std::vector<std::string_view> characters;
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown.size();) {
    const auto lead = static_cast<unsigned char>(shown[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    characters.push_back(std::string_view(shown).substr(i, length));
    width += length > 2 ? 2 : 1;
    i += length;
  }
  if (width <= places) return escape(shown, 0);
  std::string head, tail;
  std::size_t used = 1, left = 0, right = characters.size();
  while (left < right) {
    const bool front = head.size() <= tail.size();
    const auto next = characters[front ? left : right - 1];
    used += next.size() > 2 ? 2 : 1;
    if (used > places) break;
    if (front) {
      head += next;
      ++left;
    } else {
      tail.insert(0, next);
      --right;
    }
  }
  return escape(head, 0) + "…" + escape(tail, 0);
}

class Drawing {
 public:
  /// Returns the middle of the node's box.
  int place(const Node& node, int depth) {
    std::vector<int> middles;
    for (const auto& input : node.inputs) middles.push_back(place(input, depth + 1));
    const int x = depth * kIndent, top = y_;
    for (const auto middle : middles) line(x + kIndent, middle, x + kRail, top - 6);
    if (!middles.empty()) tip(x + kRail, top);
    box(node, x);
    return top + kBox / 2;
  }

  /// What is made from the node that was placed last at depth 0.
  void place_below(const std::vector<Node>& made) {
    const int from = y_ - kGap;
    for (const auto& node : made) {
      const int middle = y_ + kBox / 2;
      out_ += "<path class=\"edge\" d=\"M" + std::to_string(kRail) + " " + std::to_string(from) +
              "V" + std::to_string(middle) + "H" + std::to_string(kIndent - 5) + "\"/>";
      out_ += "<path class=\"tip\" d=\"M" + std::to_string(kIndent) + " " + std::to_string(middle) +
              "l-7 -4v8z\"/>\n";
      box(node, kIndent);
    }
  }

  std::string finish(const std::string& label) && {
    return "<svg viewBox=\"0 0 " + std::to_string(kWidth) + " " + std::to_string(y_ - kGap + 2) +
           "\" role=\"img\" aria-label=\"" + label + "\">\n" + out_ + "</svg>\n";
  }

 private:
  void line(int x, int y, int rail, int end) {
    out_ += "<path class=\"edge\" d=\"M" + std::to_string(x) + " " + std::to_string(y) + "H" +
            std::to_string(rail) + "V" + std::to_string(end) + "\"/>\n";
  }
  void tip(int x, int y) {
    out_ += "<path class=\"tip\" d=\"M" + std::to_string(x) + " " + std::to_string(y) +
            "l-4 -7h8z\"/>\n";
  }
  void box(const Node& node, int x) {
    const int width = kWidth - x - 2;
    // The inner svg cuts what a font draws wider than it was counted.
    out_ += "<svg x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y_) + "\" width=\"" +
            std::to_string(width + 2) + "\" height=\"" + std::to_string(kBox + 2) + "\"><title>" +
            escape(node.name) + "</title><rect class=\"box " + node.kind +
            "\" x=\"1\" y=\"1\" width=\"" + std::to_string(width) + "\" height=\"" +
            std::to_string(kBox - 1) +
            "\" rx=\"6\"/><text x=\"11\" y=\"18\" font-size=\"13\" "
            "font-weight=\"600\">" +
            fitted(node.name, static_cast<std::size_t>(width - 18) * 10 / 82) +
            "</text><text class=\"quiet\" x=\"11\" y=\"34\" font-size=\"11.5\">" +
            fitted(node.line, static_cast<std::size_t>(width - 18) * 10 / 64) + "</text></svg>\n";
    y_ += kBox + kGap;
  }

  std::string out_;
  int y_ = 1;
};

// A digest or commit is cut: the whole one stands in the tables.
std::string line_of(std::string what, const Json& component) {
  const auto& version = text(component, "version");
  if (!version.empty()) what += " · " + (version.size() > 24 ? version.substr(0, 12) : version);
  return what;
}

struct Budget {
  std::size_t left = kNodes, left_out = 0;
  bool take() {
    if (left == 0) {
      ++left_out;
      return false;
    }
    --left;
    return true;
  }
};

std::vector<Node> ancestors(const Json& component, Budget& budget, std::size_t depth = 0) {
  std::vector<Node> out;
  if (depth >= kDepth) return out;
  const auto& pedigree = member(component, "pedigree");
  for (const auto& base : items(member(pedigree, "ancestors"))) {
    if (!budget.take()) continue;
    const auto relation = base_relation(pedigree, base);
    auto what = std::string("base model");
    if (!relation.empty()) what += " · " + relation;
    out.push_back({.name = full_name(base),
                   .line = line_of(std::move(what), base),
                   .kind = "base",
                   .inputs = ancestors(base, budget, depth + 1)});
  }
  return out;
}

void add_all(std::vector<Node>& out, const Json& list, const char* what, Budget& budget) {
  for (const auto& each : items(list)) {
    if (!budget.take()) continue;
    out.push_back(
        {.name = full_name(each), .line = line_of(what, each), .kind = "derived", .inputs = {}});
  }
}

std::string label(const Node& model, const std::vector<Node>& made) {
  std::vector<std::string> from, into;
  for (const auto& node : model.inputs) from.push_back(node.name + " (" + node.line + ")");
  for (const auto& node : made) into.push_back(node.name + " (" + node.line + ")");
  auto out = model.name;
  if (!from.empty()) out += ", made from " + join(from, ", ");
  if (!into.empty()) out += "; beside it " + join(into, ", ");
  return escape(out, 2000);
}

}  // namespace

std::string lineage_section(const PageView& view) {
  Budget budget;
  Node model{.name = full_name(view.model),
             .line = line_of("this model", view.model),
             .kind = "this",
             .inputs = ancestors(view.model, budget)};
  for (const auto* dataset : named_datasets(view)) {
    if (!budget.take()) continue;
    model.inputs.push_back({.name = full_name(*dataset),
                            .line = line_of("dataset", *dataset),
                            .kind = "data",
                            .inputs = {}});
  }
  const auto& pedigree = member(view.model, "pedigree");
  std::vector<Node> made;
  add_all(made, member(pedigree, "variants"), "variant", budget);
  add_all(made, member(pedigree, "descendants"), "made from this model", budget);
  if (model.inputs.empty() && made.empty())
    return "<p>The document names neither a base model nor a dataset.</p>\n";
  Drawing drawing;
  drawing.place(model, 0);
  drawing.place_below(made);
  auto out = "<figure>" + std::move(drawing).finish(label(model, made)) + "</figure>\n";
  if (budget.left_out > 0)
    out += "<p class=\"note\">" + std::to_string(budget.left_out) + " more are not drawn.</p>\n";
  return out;
}

}  // namespace mpk::aibom
