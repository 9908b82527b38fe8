#include "minimum_necessary/element_filter.h"

#include <vector>

#include "request/redisclosure_notice.h"

namespace salus::minimum_necessary {
namespace {

using request::SummaryForm;

constexpr std::string_view kSubsetted =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"})";
constexpr std::string_view kRedacted =
    R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"})";

bool always_leaves(std::string_view name) {
    return name == "resourceType" || name == "id" || name == "meta";
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

// "effective" asks for effectiveDateTime and its sisters.
bool names_choice(std::string_view asked, std::string_view name, fhir::Element const& element) {
    return element.choice != 0 && name.size() > asked.size() && name.starts_with(asked) &&
           is_upper(name[asked.size()]);
}

void add_member(std::string& out, std::string_view raw_name, std::string_view raw_value) {
    if (!out.ends_with('{')) out.push_back(',');
    out.append("\"").append(raw_name).append("\":").append(raw_value);
}

// `list` with one more element; a new list when there is none.
std::string extended(std::string_view list, std::string_view element) {
    if (list.size() <= 2) return "[" + std::string(element) + "]";
    return std::string(list.substr(0, list.size() - 1)) + "," + std::string(element) + "]";
}

struct Cut {
    bool subsetted = false;
    bool redacted = false;
    bool bears_notice = false;

    [[nodiscard]] bool is_labelled() const { return subsetted || redacted || bears_notice; }
};

bool any_forbids_redisclosure(json::Value labels) {
    if (!labels.is_array()) return false;
    for (auto const label : labels.elements()) {
        if (request::forbids_redisclosure(label)) return true;
    }
    return false;
}

std::string labelled_meta(json::Value meta, Cut cut) {
    std::string tags;
    std::string labels;
    std::string out = "{";
    for (auto const member : meta.members()) {
        if (member.is_named("tag")) {
            tags = member.value.raw();
        } else if (member.is_named("security")) {
            labels = member.value.raw();
            cut.bears_notice = cut.bears_notice && !any_forbids_redisclosure(member.value);
        } else {
            add_member(out, member.key.raw_text(), member.value.raw());
        }
    }
    if (cut.bears_notice) labels = extended(labels, request::kNoRedisclosureLabel);
    if (cut.redacted) labels = extended(labels, kRedacted);
    if (cut.subsetted) tags = extended(tags, kSubsetted);
    // FHIR has no empty lists.
    if (labels.size() > 2) add_member(out, "security", labels);
    if (tags.size() > 2) add_member(out, "tag", tags);
    return out + "}";
}

}  // namespace

bool ElementFilter::permitted(std::string_view name) const {
    return always_leaves(name) || allowed_.contains(name);
}

bool ElementFilter::asked_for(std::string_view name) const {
    bool const all = requested_.names.empty() && requested_.summary == SummaryForm::none;
    if (all || always_leaves(name)) return true;
    auto const* element = fhir::find_element(type_, name);
    if (element == nullptr) return false;
    if (requested_.summary == SummaryForm::summary) return element->summary;
    if (requested_.summary == SummaryForm::data) return name != "text";
    if (requested_.summary == SummaryForm::text && name == "text") return true;
    // Mandatory and modifier elements come along, lest the rest be misread (FHIR search,
    // _elements).
    if (element->min > 0 || element->modifier) return true;
    return std::ranges::any_of(requested_.names, [&](std::string const& asked) {
        return asked == name || names_choice(asked, name, *element);
    });
}

std::string ElementFilter::apply(json::Value resource, bool bears_notice) const {
    Cut cut{.bears_notice = bears_notice};
    std::vector<json::Value::Member> kept;
    for (auto const member : resource.members()) {
        auto const name = member.name();
        auto const element = std::string_view(name).substr(name.starts_with('_') ? 1 : 0);
        if (!permitted(element)) {
            cut.redacted = true;
        } else if (!asked_for(element)) {
            cut.subsetted = true;
        } else {
            kept.push_back(member);
        }
    }
    std::string out = "{";
    out.reserve(resource.raw().size() + 256);
    for (auto const& member : kept) {
        if (member.is_named("meta") && cut.is_labelled()) {
            add_member(out, "meta", labelled_meta(member.value, cut));
        } else {
            add_member(out, member.key.raw_text(), member.value.raw());
        }
    }
    return out + "}";
}

}  // namespace salus::minimum_necessary
