// HL7's test suite for FHIRPath on R4 (FHIR/fhir-test-cases, tests-fhir-r4.xml), where this machine
// has it. Every test that we do not pass is named below with its reason, and none else may fail.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/material_for_test.h"

namespace salus::fhir::fhirpath {
namespace {

std::map<std::string, std::string> const kNotPassed = {
    {"testPlusDate19",
     "adding 0.1 's' to seconds that have a fraction: the specification ignores "
     "the fraction of an amount only above seconds"},
    {"LowBoundaryDecimal15", "-0.0034 to one digit: -0.1 is the next below, as 1.58 is for 1.587"},
    {"HighBoundaryDecimal15", "0.0034 to one digit: 0.1 is the next above, as 1.59 is for 1.587"},
    {"HighBoundaryDecimal16", "the same with a sign before it"},
    {"HighBoundaryDateTimeMillisecond1", "the last moment of 08 is 08:59:59.999, not 08:00:59.999"},
    {"HighBoundaryDateTimeMillisecond3", "the same expression again"},
};

struct Output {
    std::string type;
    std::string text;
};

struct Case {
    std::string name;
    std::string input;
    std::string expression;
    bool invalid = false;
    bool predicate = false;
    bool ordered = true;
    std::vector<Output> outputs;
};

// Enough of XML for that file: elements, attributes, text, comments, the usual entities.
class XmlReader {
public:
    explicit XmlReader(std::string text) : text_(std::move(text)) {}

    struct Tag {
        std::string name;  // "/name" for an end
        std::map<std::string, std::string> attributes;
        bool is_whole = false;  // <name/>
        std::string following;  // text up to the next tag
    };

    std::optional<Tag> next() {
        for (;;) {
            auto const open = text_.find('<', at_);
            if (open == std::string::npos) return std::nullopt;
            if (text_.compare(open, 4, "<!--") == 0) {
                at_ = text_.find("-->", open) + 3;
                continue;
            }
            auto const close = end_of_tag(open);
            auto tag = parse(text_.substr(open + 1, close - open - 1));
            at_ = close + 1;
            auto const following = text_.find('<', at_);
            tag.following = decoded(text_.substr(at_, following - at_));
            return tag;
        }
    }

private:
    [[nodiscard]] std::size_t end_of_tag(std::size_t open) const {
        char quote = '\0';
        for (auto at = open; at < text_.size(); ++at) {
            char const c = text_[at];
            if (quote != '\0') {
                if (c == quote) quote = '\0';
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return at;
            }
        }
        return text_.size();
    }
    static Tag parse(std::string inside) {
        Tag tag;
        tag.is_whole = inside.ends_with('/');
        if (tag.is_whole) inside.pop_back();
        auto at = inside.find_first_of(" \t\r\n");
        tag.name = inside.substr(0, at);
        while (at < inside.size()) {
            auto const equals = inside.find('=', at);
            if (equals == std::string::npos) break;
            auto const first = inside.find_first_not_of(" \t\r\n", at);
            auto const quote = inside.find_first_of("\"'", equals);
            auto const end = inside.find(inside[quote], quote + 1);
            tag.attributes[inside.substr(first, equals - first)] =
                decoded(inside.substr(quote + 1, end - quote - 1));
            at = end + 1;
        }
        return tag;
    }
    static std::string decoded(std::string text) {
        for (auto const& [entity, character] :
             std::vector<std::pair<std::string, std::string>>{{"&lt;", "<"},
                                                              {"&gt;", ">"},
                                                              {"&quot;", "\""},
                                                              {"&apos;", "'"},
                                                              {"&#13;", "\r"},
                                                              {"&#10;", "\n"},
                                                              {"&amp;", "&"}}) {
            for (auto at = text.find(entity); at != std::string::npos;
                 at = text.find(entity, at + character.size()))
                text.replace(at, entity.size(), character);
        }
        return text;
    }

    std::string text_;
    std::size_t at_ = 0;
};

std::vector<Case> read_cases(std::filesystem::path const& file) {
    XmlReader reader(read_text(file));
    std::vector<Case> cases;
    while (auto const tag = reader.next()) {
        auto const attribute = [&tag](char const* name) {
            auto const found = tag->attributes.find(name);
            return found == tag->attributes.end() ? std::string() : found->second;
        };
        if (tag->name == "test") {
            cases.push_back({.name = attribute("name"), .input = attribute("inputfile")});
            cases.back().predicate = attribute("predicate") == "true";
            cases.back().ordered = attribute("ordered") != "false";
        } else if (tag->name == "expression") {
            cases.back().expression = tag->following;
            cases.back().invalid = tag->attributes.contains("invalid");
        } else if (tag->name == "output") {
            cases.back().outputs.push_back({attribute("type"), tag->following});
        }
    }
    return cases;
}

std::string type_of_output(Item const& item) {
    switch (item.kind()) {
        case ItemKind::boolean: return "boolean";
        case ItemKind::string: return "string";
        case ItemKind::integer: return "integer";
        case ItemKind::decimal: return "decimal";
        case ItemKind::date: return "date";
        case ItemKind::date_time: return "dateTime";
        case ItemKind::time: return "time";
        case ItemKind::quantity: return "Quantity";
        case ItemKind::type_name: return "type";
        case ItemKind::element: break;
    }
    return std::string(item.type()->name.text());
}

bool agrees(Output const& wanted, Item const& item, Evaluator& evaluator) {
    if (!wanted.type.empty() && wanted.type != type_of_output(item)) return false;
    auto text = wanted.text;
    if (text.starts_with("@T")) text = text.substr(2);
    if (text.starts_with("@")) text = text.substr(1);
    auto const found = evaluator.text(item);
    return found && *found == text;
}

class SuiteTest : public ::testing::Test {
protected:
    json::Document const& input(std::string const& name) {
        auto& document = inputs_[name];
        if (!document) {
            auto const file = std::filesystem::path(name).stem().string() + ".json";
            json::Parser parser;
            auto parsed = parser.parse(read_text(folder_ / "input-json" / file));
            EXPECT_TRUE(parsed);
            document = std::make_unique<json::Document>(*std::move(parsed));
        }
        return *document;
    }

    // Why it failed; empty if it passed.
    std::string run(Case const& test, bool strict) {
        auto const& document = input(test.input.empty() ? "patient-example.xml" : test.input);
        auto const root = Item::resource(document.root());
        if (!root) return "the input has no type that is known";
        auto const expression = strict ? Expression::compile_for(*root->type(), test.expression)
                                       : Expression::compile(test.expression);
        if (!expression)
            return test.invalid ? "" : "does not compile: " + describe(expression.error());
        auto context = Context::of(*root);
        context.now = WallTime(std::chrono::seconds(1'790'000'000));
        if (test.predicate) {
            auto const held = evaluator_.holds(*expression, context);
            return held && *held ? "" : "not true";
        }
        auto const items = evaluator_.evaluate(*expression, context);
        if (!items) return test.invalid ? "" : "refused: " + describe(items.error());
        if (test.invalid) return "not refused";
        return compare(test, *items);
    }

    std::string compare(Case const& test, std::span<Item const> items) {
        std::string found;
        for (auto const& item : items)
            found +=
                " " + type_of_output(item) + ":" + std::string(evaluator_.text(item).value_or("?"));
        if (items.size() != test.outputs.size()) return "gives" + found;
        std::vector<bool> taken(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            bool any = false;
            for (std::size_t k = test.ordered ? i : 0; k < (test.ordered ? i + 1 : items.size());
                 ++k) {
                if (taken[k] || !agrees(test.outputs[i], items[k], evaluator_)) continue;
                taken[k] = any = true;
                break;
            }
            if (!any) return "gives" + found;
        }
        return "";
    }

    std::filesystem::path folder_;
    std::map<std::string, std::unique_ptr<json::Document>> inputs_;
    Evaluator evaluator_;
};

TEST_F(SuiteTest, PassesAllButThoseNamed) {
    auto const files = material("fhirpath-dev");
    auto const file = std::ranges::find_if(
        files, [](auto const& each) { return each.filename() == "tests-fhir-r4.xml"; });
    if (file == files.end()) return;
    folder_ = file->parent_path();
    auto const cases = read_cases(*file);
    ASSERT_EQ(cases.size(), 935U);
    std::set<std::string> failed;
    for (auto const& test : cases) {
        auto why = run(test, true);
        // Valid expressions say the same without a type to check them against.
        if (why.empty() && !test.invalid) why = run(test, false);
        if (why.empty()) continue;
        failed.insert(test.name);
        EXPECT_TRUE(kNotPassed.contains(test.name))
            << test.name << ": " << test.expression << "\n    " << why;
    }
    for (auto const& [name, reason] : kNotPassed)
        EXPECT_TRUE(failed.contains(name)) << name << " passes now";
    EXPECT_LE(failed.size() * 20, cases.size());  // 95 %
    std::cout << cases.size() - failed.size() << " of " << cases.size() << " passed\n";
}

}  // namespace
}  // namespace salus::fhir::fhirpath
