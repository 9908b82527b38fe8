#include "fhir/fhirpath_patch.h"

#include <algorithm>
#include <cctype>

#include "fhir/contents.h"
#include "fhir/fhirpath_edit.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

std::optional<FhirPathOperation> operation_named(std::string_view name) {
    if (name == "add") return FhirPathOperation::add;
    if (name == "insert") return FhirPathOperation::insert;
    if (name == "delete") return FhirPathOperation::erase;
    if (name == "replace") return FhirPathOperation::replace;
    if (name == "move") return FhirPathOperation::move;
    return std::nullopt;
}

std::optional<json::Value> part_named(json::Value operation, std::string_view name) {
    auto const parts = operation.member("part");
    if (!parts) return std::nullopt;
    for (auto const part : parts->elements()) {
        if (part.text_member("name") == name) return part;
    }
    return std::nullopt;
}

// The text of a part, whatever string type it is written as; empty if there is none.
std::string text_of_part(json::Value operation, std::string_view name) {
    auto const part = part_named(operation, name);
    if (!part) return {};
    for (auto const member : part->members()) {
        if (member.name().starts_with("value") && member.value.is_string())
            return member.value.text();
    }
    return {};
}

Result<std::size_t> place_of_part(json::Value operation, std::string_view name) {
    auto const part = part_named(operation, name);
    auto const value = part ? part->member("valueInteger") : std::nullopt;
    auto const place = value ? value->integer() : std::nullopt;
    if (!place || *place < 0) return fail(Errc::invalid, "an operation of the patch has no place");
    return static_cast<std::size_t>(*place);
}

bool takes_value(FhirPathOperation operation) {
    return operation == FhirPathOperation::add || operation == FhirPathOperation::insert ||
           operation == FhirPathOperation::replace;
}

Result<FhirPathStep> parse_step(json::Value operation) {
    if (operation.text_member("name") != "operation")
        return fail(Errc::invalid, "the parameters of a patch are operations");
    auto const named = operation_named(text_of_part(operation, "type"));
    if (!named) return fail(Errc::invalid, "unknown operation of the patch");
    FhirPathStep step;
    step.operation = *named;
    step.path = text_of_part(operation, "path");
    SALUS_TRY(auto compiled, fhirpath::Expression::compile(step.path));
    step.where = std::make_shared<fhirpath::Expression const>(std::move(compiled));
    step.name = text_of_part(operation, "name");
    if (*named == FhirPathOperation::add && step.name.empty())
        return fail(Errc::invalid, "an operation of the patch has no name");
    step.value = part_named(operation, "value");
    if (takes_value(*named) && !step.value)
        return fail(Errc::invalid, "an operation of the patch has no value");
    if (*named == FhirPathOperation::insert) {
        SALUS_TRY(step.index, place_of_part(operation, "index"));
    } else if (*named == FhirPathOperation::move) {
        SALUS_TRY(step.index, place_of_part(operation, "source"));
        SALUS_TRY(step.destination, place_of_part(operation, "destination"));
    }
    return step;
}

Result<std::vector<FhirPathStep>> parse_steps(ResourceView const& parameters) {
    std::vector<FhirPathStep> steps;
    if (parameters.type().name.text() != "Parameters")
        return fail(Errc::invalid, "a FHIRPath Patch is a Parameters resource");
    auto const list = Contents::of(parameters).member("parameter");
    if (!list) return steps;
    if (list->size() > limits::kPatchOperations)
        return fail(Errc::too_large, "too many operations in one patch");
    for (auto const each : list->elements()) {
        auto step = parse_step(each);
        if (!step) {
            auto error = std::move(step).error();
            error.where = Location();
            error.where.prepend_index(steps.size());
            error.where.prepend("parameter");
            return fail(std::move(error));
        }
        steps.push_back(*std::move(step));
    }
    return steps;
}

bool is_identifier(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

// Type, or Type.element... with places in brackets: then it reads nothing beside its own element.
// Gives the element, or nothing if the path is anything else.
std::optional<std::string> element_of(FhirPathStep const& step) {
    std::string_view rest = step.path;
    auto const dot = std::min(rest.find('.'), rest.size());
    if (find_resource_type(rest.substr(0, dot)) == nullptr) return std::nullopt;
    rest.remove_prefix(dot);
    std::string first;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        auto const end = std::min(rest.find('.'), rest.size());
        auto part = rest.substr(0, end);
        rest.remove_prefix(end);
        auto const bracket = part.find('[');
        if (bracket != std::string_view::npos) {
            auto const place = part.substr(bracket + 1);
            if (!place.ends_with(']') || !is_identifier(place.substr(0, place.size() - 1)))
                return std::nullopt;
            part = part.substr(0, bracket);
        }
        if (!is_identifier(part)) return std::nullopt;
        if (first.empty()) first = part;
    }
    if (!first.empty()) return first;
    return is_identifier(step.name) ? std::optional(step.name) : std::nullopt;
}

}  // namespace

Result<FhirPathPatch> FhirPathPatch::parse(ResourceView const& parameters) {
    SALUS_TRY(auto steps, parse_steps(parameters));
    return FhirPathPatch(std::move(steps));
}

Result<FhirPathPatch> FhirPathPatch::parse(Resource parameters) {
    auto owned = std::make_unique<Resource>(std::move(parameters));
    SALUS_TRY(auto steps, parse_steps(owned->view()));
    FhirPathPatch patch(std::move(steps));
    patch.parameters_ = std::move(owned);
    return patch;
}

std::optional<std::vector<std::string>> FhirPathPatch::elements() const {
    std::vector<std::string> names;
    for (auto const& step : steps_) {
        auto name = element_of(step);
        if (!name) return std::nullopt;
        if (std::ranges::find(names, *name) == names.end()) names.push_back(*std::move(name));
    }
    return names;
}

Result<EphiText> FhirPathPatch::apply(ResourceView const& resource, json::Parser& parser) const {
    std::string text(Contents::of(resource).raw());
    std::size_t work = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        // Each operation reads the whole anew.
        work += text.size() / 16;
        if (work > limits::kPatchWork)
            return fail(Errc::too_large, "the patch takes too many steps");
        auto edited = FhirPathEdit(steps_[i], parser).perform(std::move(text));
        if (!edited) {
            auto error = std::move(edited).error();
            error.where = Location();
            error.where.prepend_index(i);
            error.where.prepend("parameter");
            return fail(std::move(error));
        }
        text = *std::move(edited);
    }
    return EphiText(std::move(text));
}

}  // namespace salus::fhir
