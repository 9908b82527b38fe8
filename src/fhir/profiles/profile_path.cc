#include "fhir/profiles/profile_path.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::fhir {
namespace {

struct Step {
    std::string_view name;   // without [x]
    std::string_view slice;  // empty: none
};

Step read_step(std::string_view text) {
    Step step{text.substr(0, text.find(':')), {}};
    if (step.name.size() < text.size()) step.slice = text.substr(step.name.size() + 1);
    if (step.name.ends_with("[x]")) step.name.remove_suffix(3);
    return step;
}

Element const* element_named(Type const& type, std::string_view name) {
    for (auto const& element : type.elements) {
        if (element.name.text() == name) return &element;
    }
    return nullptr;
}

Element const* first_of_choice(Type const& type, std::string_view base) {
    for (auto const& element : type.elements) {
        if (base_name(element) == base) return &element;
    }
    return nullptr;
}

ProfileNode& child_of(ProfileNode& parent, std::string_view name) {
    auto const found = std::ranges::find(parent.children, name, &ProfileNode::name);
    if (found != parent.children.end()) return *found;
    auto& added = parent.children.emplace_back();
    added.name = name;
    return added;
}

ProfileNode& slice_of(ProfileNode& node, std::string_view name) {
    auto const found = std::ranges::find(node.slices, name, &ProfileNode::slice);
    if (found != node.slices.end()) return *found;
    auto& added = node.slices.emplace_back();
    added.name = node.name;
    added.slice = name;
    return added;
}

// Slicings that are so without being said: extensions by url, choices by type.
void imply_slicing(ProfileNode& node, bool choice) {
    if (!node.discriminators.empty()) return;
    if (node.name == "extension" || node.name == "modifierExtension")
        node.discriminators.push_back({DiscriminatorType::value, {"url"}});
    else if (choice)
        node.discriminators.push_back({DiscriminatorType::type, {}});
}

// Inside a choice of which the type is not said, or a resource of any type: taken as it is written.
ProfileNode& step_into_unknown(ProfileNode& from, Step step) {
    auto& node = child_of(from, step.name);
    if (step.slice.empty()) return node;
    imply_slicing(node, false);
    return slice_of(node, step.slice);
}

// One step down; `type` becomes the type of what the node stands for, nullptr if that is open.
Result<ProfileNode*> step_into(ProfileNode& from, Type const*& type, Step step) {
    if (type == nullptr || type->kind == TypeKind::any_resource) {
        type = nullptr;
        return &step_into_unknown(from, step);
    }
    if (type->kind == TypeKind::primitive) {
        // Its value is no element in JSON; its id and extensions are those of Element.
        type = step.name == "value" ? nullptr : find_type("Element");
        if (type == nullptr) return &step_into_unknown(from, step);
    }
    auto const* element = first_of_choice(*type, step.name);
    auto slice = step.slice;
    if (element == nullptr) {
        // valueQuantity: the slice of that name of value[x].
        element = element_named(*type, step.name);
        if (element == nullptr) return fail(Errc::invalid, "a profile of an unknown element");
        if (slice.empty()) slice = step.name;
    }
    bool const choice = element->choice != 0;
    auto const* of_slice = choice && !slice.empty() ? element_named(*type, slice) : nullptr;
    auto& node = child_of(from, base_name(*element));
    auto* result = &node;
    if (!slice.empty()) {
        imply_slicing(node, choice);
        result = &slice_of(node, slice);
        if (of_slice != nullptr && result->types.empty()) result->types = {of_slice->type};
    }
    type = choice ? nullptr : element->type;
    for (auto const* each :
         {static_cast<ProfileNode const*>(&node), static_cast<ProfileNode const*>(result)}) {
        if (each->types.size() == 1) type = each->types.front();
    }
    return result;
}

}  // namespace

Result<ProfileNode*> node_at(ProfileNode& root, Type const& type, std::string_view id) {
    auto* node = &root;
    auto const* current = &type;
    auto rest = id.substr(std::min(id.find('.'), id.size()));
    for (std::size_t depth = 0; !rest.empty(); ++depth) {
        if (depth >= limits::kDefinitionDepth)
            return fail(Errc::too_large, "a profile nested too deeply");
        rest.remove_prefix(1);
        auto const step = read_step(rest.substr(0, rest.find('.')));
        rest = rest.substr(std::min(rest.find('.'), rest.size()));
        SALUS_TRY(node, step_into(*node, current, step));
    }
    return node;
}

}  // namespace salus::fhir
