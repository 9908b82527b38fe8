// Somebody else's cases of SMART scopes (material smart-scopes-ms-dev), read: scopes, whose, what
// the material expects of each, and its resources as far as they need mending. Included by tests
// only.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "json/document.h"

namespace salus::testing::smart_scopes {

using Names = std::set<std::string>;  // "Type/id"
using Pair = std::pair<std::string, std::string>;

inline std::string text_in(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;  // a byte order mark
}

inline std::vector<std::string> split(std::string const& text, char at) {
    std::vector<std::string> parts(1);
    for (char const c : text) {
        if (c == at) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

template <class Range, class Value>
bool is_among(Range const& range, Value const& value) {
    return std::ranges::find(range, value) != range.end();
}

struct GrantedScope {
    std::string type;  // or *
    std::string letters;
    std::string context;
    std::vector<Pair> constraint;

    [[nodiscard]] std::string text() const {
        auto out = context + "/" + type + "." + letters;
        for (auto const& [name, value] : constraint)
            out += (out.contains('?') ? "&" : "?") + name + "=" + value;
        return out;
    }
    // Whether Salus has such scopes at all: none whose constraint could name a person, depends on
    // the time, or shapes an answer.
    [[nodiscard]] bool is_refused() const {
        return std::ranges::any_of(constraint, [](auto const& each) {
            return each.first == "name" || each.first == "identifier" || each.first == "_type" ||
                   (each.first == "birthdate" && each.second.starts_with("ap"));
        });
    }
};

// "\"Observation\", Search, \"patient\", CreateSearchParams((\"status\", \"final\"))"
inline GrantedScope scope_of(std::string const& text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (char const c : text + ",") {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '(' || c == ')')) {
            if (!word.empty()) words.push_back(std::exchange(word, {}));
        } else if (quoted || c != ' ') {
            word += c;
        }
    }
    static std::map<std::string, std::string> const kLetters{
        {"Read", "rs"}, {"Search", "s"}, {"Create", "c"}, {"Update", "u"}};
    GrantedScope scope;
    scope.type = words.at(0) == "All" || words.at(0) == "all" ? "*" : words.at(0);
    scope.letters = kLetters.at(words.at(1));
    scope.context = words.at(2);
    for (std::size_t i = 4; i + 1 < words.size(); i += 2)
        scope.constraint.emplace_back(words[i], words[i + 1]);
    return scope;
}

struct ScopeCase {
    std::string name;
    std::vector<GrantedScope> scopes;
    std::string compartment;            // "Patient/[id]" or "Practitioner/[id]"; empty: none
    std::vector<std::string> asserted;  // the material's own expectations, in C#
    std::size_t searches = 0;           // to which these belong

    [[nodiscard]] bool is_patients() const { return compartment.starts_with("Patient/"); }
};

// What the material itself expects of a case: parts of what comes back, whatever of its searches
// brings it, and what none may bring.
struct Expectation {
    std::vector<std::string> come;  // beginnings of ids, and types
    std::vector<std::string> stay;
    bool nothing = false;                // may come
    std::optional<std::size_t> count{};  // of what comes
};

inline bool is_brought(Names const& names, std::string const& word) {
    return std::ranges::any_of(names, [&](std::string const& name) {
        return name.starts_with(word + "/") || name.contains("/" + word);
    });
}

// Quoted ids and types, or KnownResourceTypes.[type]; of an id, the type beside it says nothing.
inline std::vector<std::string> words_of(std::string const& assertion) {
    std::vector<std::string> ids;
    std::vector<std::string> types;
    auto const quoted = split(assertion, '"');
    for (std::size_t i = 1; i < quoted.size(); i += 2)
        (quoted[i].starts_with("smart-") ? ids : types).push_back(quoted[i]);
    std::string const known = "KnownResourceTypes.";
    if (auto const at = assertion.find(known); at != std::string::npos) {
        auto const begin = at + known.size();
        types.push_back(assertion.substr(begin, assertion.find(')', begin) - begin));
    }
    return ids.empty() ? types : ids;
}

inline std::vector<std::string> texts_of(json::Value root, char const* member) {
    std::vector<std::string> texts;
    for (auto const each : root.member(member)->elements()) texts.push_back(each.text());
    return texts;
}

inline ScopeCase case_of(json::Value root) {
    ScopeCase one;
    one.name = *root.text_member("name");
    for (auto const& text : texts_of(root, "scopes")) one.scopes.push_back(scope_of(text));
    one.compartment = root.text_member("compartment").value_or("");
    one.asserted = texts_of(root, "asserts_csharp");
    one.searches = texts_of(root, "searches").size() + texts_of(root, "compartment_search").size();
    return one;
}

// What the material has otherwise than FHIR R4 allows, or by a slip, and Salus would refuse:
// without these it would hold half of the resources, and the cases would be asked of nothing.
struct Mend {
    std::string resource;  // "Type/id"; empty: of all
    std::string from;
    std::string to;
};

inline std::string mended(json::Value root) {
    static std::vector<Mend> const kMends{
        // What a tag is of should have a URI.
        {"", R"("testTag")", R"("urn:testTag")"},
        {"Account/smart-account-PA1", "Practioner/smart-practioner-A",
         "Practitioner/smart-practitioner-A"},
        // Elements that are required.
        {"Appointment/smart-appointment-A1", R"("actor")", R"("status":"accepted","actor")"},
        {"ImagingStudy/smart-imagingstudy-A1", R"("instance")",
         R"("modality":{"system":"urn:m","code":"CT"},"instance")"},
        {"ImagingStudy/smart-imagingstudy-A1", R"(.467")",
         R"(.467","sopClass":{"system":"urn:ietf:rfc:3986","code":"urn:oid:1.2.840.10008"})"},
        // It is about a record that is not there: of another server then.
        {"Provenance/smart-provenance-PB2", "MolecularSequence/smart-MolecularSequence-3",
         "https://example.org/fhir/MolecularSequence/smart-MolecularSequence-3"},
        // dom-3: what is contained is referred to.
        {"Medication/med0301", R"("contained")",
         R"("manufacturer":{"reference":"#org4"},"contained")"}};
    auto text = std::string(root.raw());
    auto const name = *root.text_member("resourceType") + "/" + *root.text_member("id");
    for (auto const& mend : kMends) {
        if (!mend.resource.empty() && mend.resource != name) continue;
        if (auto const at = text.find(mend.from); at != std::string::npos)
            text.replace(at, mend.from.size(), mend.to);
    }
    return text;
}

inline Expectation expectation_of(ScopeCase const& one) {
    Expectation expected;
    for (auto const& assertion : one.asserted) {
        if (one.searches == 1 && assertion.starts_with("Assert.Empty(results"))
            expected.nothing = true;
        for (std::string const mark : {"Count() == ", "Assert.Equal("}) {
            auto const at = assertion.find(mark);
            auto const digit = at == std::string::npos ? at : at + mark.size();
            if (one.searches == 1 && digit != std::string::npos && assertion[digit] >= '0' &&
                assertion[digit] <= '9')
                expected.count = std::stoul(assertion.substr(digit));
        }
        bool const stays = assertion.contains("DoesNotContain");
        // Contains and Collection, or one id.
        if (!stays && !assertion.contains("Assert.Co") &&
            !assertion.contains("Assert.Equal(\"smart-"))
            continue;
        for (auto const& word : words_of(assertion))
            (stays ? expected.stay : expected.come).push_back(word);
    }
    // Of several searches each has its own.
    std::erase_if(expected.stay,
                  [&](std::string const& word) { return is_among(expected.come, word); });
    return expected;
}

}  // namespace salus::testing::smart_scopes
