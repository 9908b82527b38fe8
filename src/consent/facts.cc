#include "consent/facts.h"

#include <array>
#include <limits>

#include "fhir/definitions.h"
#include "fhir/reference.h"

namespace salus::consent {
namespace {

// What a resource is about; the names mean the same in all types that have them.
constexpr auto kSubjectMatter = std::to_array<std::string_view>(
    {"category", "class", "code", "medicationCodeableConcept", "type", "vaccineCode"});
// Who answers for the content (the provenance pattern, https://hl7.org/fhir/R4/fivews.html).
constexpr auto kAuthors =
    std::to_array<std::string_view>({"asserter", "author", "enterer", "informationSource",
                                     "performer", "recorder", "requester", "sender"});
// Dates that say nothing about when data arose.
constexpr auto kNoTimes = std::to_array<std::string_view>(
    {"birthDate", "deceasedDateTime", "expirationDate", "lastUpdated"});

bool is_one_of(std::span<std::string_view const> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::optional<Code> code_of(json::Value coding) {
    auto code = coding.text_member("code");
    if (!code) return std::nullopt;
    return Code{coding.text_member("system").value_or(""), *std::move(code)};
}

// A Coding, a CodeableConcept, or several.
void add_codes(json::Value value, std::vector<Code>& codes) {
    if (value.is_array()) {
        for (auto const each : value.elements()) add_codes(each, codes);
    } else if (auto const coding = value.member("coding")) {
        add_codes(*coding, codes);
    } else if (auto code = code_of(value)) {
        codes.push_back(*std::move(code));
    }
}

class FactCollector {
public:
    explicit FactCollector(ResourceFacts& facts) : facts_(facts) {}

    void collect(fhir::Type const& type, json::Value root) {
        for (auto const& [key, value] : root.members()) {
            auto const name = key.text();
            if (name == "meta") {
                take_meta(value);
                continue;
            }
            if (is_one_of(kSubjectMatter, name)) add_codes(value, facts_.codes);
            if (is_one_of(kAuthors, name)) take_authors(value);
            if (auto const* element = fhir::find_element(type, name);
                element != nullptr && !is_one_of(kNoTimes, name))
                take_time(element->type->name.text(), value);
            walk(value);
        }
        std::ranges::sort(facts_.references);
        facts_.labels = labels_from(facts_.marks, facts_.mentions);
    }

private:
    void take_meta(json::Value meta) {
        if (auto const updated = meta.text_member("lastUpdated")) {
            if (auto const time = fhir::parse_date_time(*updated))
                facts_.last_updated = time->range;
        }
        auto const security = meta.member("security");
        if (!security) return;
        // What cannot be read is a mark without a code.
        if (!security->is_array()) {
            facts_.marks.emplace_back();
            return;
        }
        for (auto const each : security->elements())
            facts_.marks.push_back(code_of(each).value_or(Code{}));
    }

    static std::optional<std::string> local(json::Value reference) {
        auto const text = reference.text_member("reference");
        if (!text) return std::nullopt;
        auto const parsed = fhir::parse_local_reference(*text);
        if (!parsed) return std::nullopt;
        return std::string(parsed->type->name.text()).append("/").append(parsed->id);
    }

    // A Reference, an element with an actor, or several.
    void take_authors(json::Value value) {
        if (value.is_array()) {
            for (auto const each : value.elements()) take_authors(each);
        } else if (auto const actor = value.member("actor")) {
            take_authors(*actor);
        } else if (auto author = local(value)) {
            facts_.authors.push_back(*std::move(author));
        } else {
            facts_.authored_by_others = true;
        }
    }

    void take_range(std::optional<json::Value> first, std::optional<json::Value> last) {
        fhir::TimeRange range{std::numeric_limits<std::int64_t>::min(),
                              std::numeric_limits<std::int64_t>::max()};
        // A time that cannot be read may be any.
        if (first && first->is_string()) {
            if (auto const time = fhir::parse_date_time(first->text()))
                range.start = time->range.start;
        }
        if (last && last->is_string()) {
            if (auto const time = fhir::parse_date_time(last->text())) range.end = time->range.end;
        }
        if (!facts_.time) {
            facts_.time = range;
            return;
        }
        facts_.time->start = std::min(facts_.time->start, range.start);
        facts_.time->end = std::max(facts_.time->end, range.end);
    }

    void take_time(std::string_view type, json::Value value) {
        if (type == "date" || type == "dateTime" || type == "instant") {
            take_range(value, value);
        } else if (type == "Period") {
            take_range(value.member("start"), value.member("end"));
        }
    }

    void walk(json::Value value) {
        if (value.is_array()) {
            for (auto const each : value.elements()) walk(each);
        }
        if (!value.is_object()) return;
        if (auto code = code_of(value)) facts_.mentions.push_back(*std::move(code));
        if (auto const reference = value.text_member("reference")) {
            if (auto place = local(value)) {
                facts_.references.push_back(*std::move(place));
            } else if (!reference->starts_with('#')) {
                facts_.names_others = true;
            }
        } else if (auto const identifier = value.member("identifier");
                   identifier && identifier->is_object()) {
            facts_.names_others = true;  // a logical reference
        }
        for (auto const& [key, member] : value.members()) walk(member);
    }

    ResourceFacts& facts_;
};

}  // namespace

ResourceFacts facts_of(fhir::ResourceView const& resource, EphiAccess const& access) {
    ResourceFacts facts;
    facts.type = resource.type().name.text();
    facts.id = resource.id().value_or("");
    FactCollector(facts).collect(resource.type(), resource.root(access));
    return facts;
}

}  // namespace salus::consent
