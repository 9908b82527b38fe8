#include "fhir/fhirpath_edit.h"

#include <algorithm>

#include "fhir/validator.h"
#include "json/writer.h"

namespace salus::fhir {
namespace {

using fhirpath::Item;

std::unexpected<Error> not_one() {
    return fail(Errc::unprocessable, "a path of the patch does not lead to one element");
}
std::unexpected<Error> no_list() {
    return fail(Errc::unprocessable, "a path of the patch does not lead to a whole list");
}

// Where a value stands below the root.
PatchPointer pointer_to(json::Value root, json::Value target) {
    PatchPointer pointer;
    auto const holds = [&](json::Value value) {
        return value.offset() <= target.offset() &&
               target.offset() + target.raw().size() <= value.offset() + value.raw().size();
    };
    auto current = root;
    bool deeper = true;
    while (current != target && deeper) {
        deeper = false;
        if (current.is_object()) {
            for (auto const member : current.members()) {
                if (!holds(member.value)) continue;
                pointer.push_back(member.name());
                current = member.value;
                deeper = true;
                break;
            }
        } else if (current.is_array()) {
            std::size_t index = 0;
            for (auto const element : current.elements()) {
                if (holds(element)) {
                    pointer.push_back(std::to_string(index));
                    current = element;
                    deeper = true;
                    break;
                }
                ++index;
            }
        }
    }
    return pointer;
}

std::optional<json::Value> value_at(json::Value root, std::span<std::string const> pointer) {
    for (auto const& token : pointer) {
        if (root.is_object()) {
            auto const member = root.member(token);
            if (!member) return std::nullopt;
            root = *member;
            continue;
        }
        std::size_t index = 0;
        std::optional<json::Value> found;
        for (auto const element : root.elements()) {
            if (std::to_string(index++) == token) found = element;
        }
        if (!found) return std::nullopt;
        root = *found;
    }
    return root;
}

// Of the element that a member holds, or that it holds the extensions of: birthDate and _birthDate.
Element const* element_of_member(Type const& type, std::string_view name) {
    if (name.starts_with('_')) name.remove_prefix(1);
    // A primitive has what every element has.
    auto const* holder = type.kind == TypeKind::primitive ? find_type("Extension") : &type;
    return holder == nullptr ? nullptr : find_element(*holder, name);
}

// The definition of the element at this place.
Element const* element_at(json::Value root, std::span<std::string const> pointer) {
    Element const* element = nullptr;
    auto const resource = type_of_resource(root);
    auto const* type = resource ? *resource : nullptr;
    for (std::size_t i = 0; i < pointer.size() && type != nullptr; ++i) {
        auto const holder = value_at(root, pointer.first(i));
        if (!holder || holder->is_array()) continue;
        element = element_of_member(*type, pointer[i]);
        type = element == nullptr ? nullptr : element->type;
        if (type == nullptr || type->kind != TypeKind::any_resource) continue;
        auto const contained = value_at(root, pointer.first(i + 1));
        auto const stated = contained ? type_of_resource(*contained) : resource;
        type = stated ? *stated : nullptr;
    }
    return element;
}

std::optional<PatchPointer> place_of(json::Value root, Item const& item) {
    if (!item.is_element()) return std::nullopt;
    if (item.has_value()) return pointer_to(root, item.value());
    if (item.has_companion()) return pointer_to(root, item.companion());
    return std::nullopt;
}

std::string capitalized(std::string_view name) {
    std::string text(name);
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 32);
    return text;
}

// The member that holds the value: "valueDate".
std::optional<json::Value::Member> value_member(json::Value part) {
    for (auto const member : part.members()) {
        if (member.name().starts_with("value")) return member;
    }
    return std::nullopt;
}

// An element of this name as JSON has it: a choice gets the type of the value behind its name.
Element const* find_named(Type const& type, std::string const& name, std::string_view suffix) {
    if (auto const* element = find_element(type, name)) return element;
    auto const* element = find_element(type, name + std::string(suffix));
    return element != nullptr && element->choice != 0 ? element : nullptr;
}

Result<std::string> value_text(json::Value part, Type const& type);

// Of a type that has no name: its elements are parts (fhirpatch.html, "Anonymous").
Result<std::string> object_text(json::Value parts, Type const& type) {
    std::vector<std::pair<Element const*, std::vector<std::string>>> members;
    for (auto const part : parts.elements()) {
        auto const held = value_member(part);
        auto const held_name = held ? held->name() : std::string("value");
        auto const* element = find_named(type, part.text_member("name").value_or(""),
                                         std::string_view(held_name).substr(5));
        if (element == nullptr) return fail(Errc::unprocessable, "a value has an unknown element");
        SALUS_TRY(auto text, value_text(part, *element->type));
        auto const place =
            std::ranges::find(members, element, [](auto const& m) { return m.first; });
        if (place == members.end()) {
            members.push_back({element, {std::move(text)}});
        } else {
            place->second.push_back(std::move(text));
        }
    }
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    for (auto const& [element, values] : members) {
        writer.key(element->name.text());
        if (!element->many && values.size() != 1)
            return fail(Errc::unprocessable, "a value has an element twice");
        if (element->many) writer.begin_array();
        for (auto const& value : values) writer.raw(value);
        if (element->many) writer.end_array();
    }
    writer.end_object();
    return out;
}

Result<std::string> value_text(json::Value part, Type const& type) {
    if (auto const held = value_member(part)) return std::string(held->value.raw());
    auto const parts = part.member("part");
    if (!parts) return fail(Errc::invalid, "an operation of the patch has no value");
    return object_text(*parts, type);
}

// Whether the elements of the list at this place have extensions beside them.
bool has_companions(json::Value root, PatchPointer const& list) {
    if (list.empty()) return false;
    auto const parent = value_at(root, std::span(list).first(list.size() - 1));
    return parent && parent->is_object() && parent->member("_" + list.back());
}

// The list that the items are all of, in order.
Result<PatchPointer> list_of(json::Value root, std::span<Item const> items) {
    if (items.empty()) return no_list();
    auto first = place_of(root, items.front());
    if (!first || first->empty()) return no_list();
    first->pop_back();
    auto const list = value_at(root, *first);
    if (!list || !list->is_array() || list->size() != items.size()) return no_list();
    auto item = items.begin();
    for (auto const element : list->elements()) {
        if (!item->is_element() || !item->has_value() || item->value() != element) return no_list();
        ++item;
    }
    if (has_companions(root, *first)) {
        return fail(Errc::unprocessable,
                    "a list of values with extensions is not changed by place");
    }
    return *std::move(first);
}

}  // namespace

Result<json::Value> FhirPathEdit::keep(std::string text) {
    SALUS_TRY(auto document, parser_.index(std::move(text)));
    value_ = std::make_unique<json::Document>(std::move(document));
    return value_->root();
}

Result<std::string> FhirPathEdit::perform(std::string text) {
    SALUS_TRY(auto const document, parser_.index(std::move(text)));
    auto const root = document.root();
    auto const resource = Item::resource(root);
    if (!resource)
        return fail(Errc::unprocessable, "a patch does not change a resource's type or id");
    fhirpath::Evaluator evaluator;
    SALUS_TRY(auto const items, evaluator.evaluate(*step_.where, fhirpath::Context::of(*resource)));
    PatchTree tree(root);
    SALUS_TRY_VOID(change(tree, root, items));
    return tree.text(EmptiedLists::go);
}

Result<void> FhirPathEdit::change(PatchTree& tree, json::Value root, Items items) {
    switch (step_.operation) {
        case FhirPathOperation::add: return add(tree, root, items);
        case FhirPathOperation::insert: return insert(tree, root, items);
        case FhirPathOperation::erase: return erase(tree, root, items);
        case FhirPathOperation::replace: return replace(tree, root, items);
        case FhirPathOperation::move: return move(tree, root, items);
    }
    return fail(Errc::internal, "an operation of the patch is not handled");
}

Result<void> FhirPathEdit::add(PatchTree& tree, json::Value root, Items items) {
    if (items.size() != 1 || !items.front().is_element() || !items.front().has_value() ||
        !items.front().value().is_object()) {
        return not_one();
    }
    auto const parent = items.front().value();
    auto const& type = *items.front().type();
    auto const held = value_member(*step_.value);
    auto const held_name = held ? held->name() : std::string("value");
    auto const* element = find_named(type, step_.name, std::string_view(held_name).substr(5));
    if (element == nullptr) return fail(Errc::unprocessable, "the patch adds an unknown element");
    SALUS_TRY(auto text, value_text(*step_.value, *element->type));
    auto pointer = pointer_to(root, parent);
    pointer.emplace_back(element->name.text());
    auto const present = parent.member(element->name.text());
    if (present && !element->many) {
        return fail(Errc::unprocessable, "the patch adds an element that is there already");
    }
    if (present) pointer.emplace_back("-");
    if (!present && element->many) text = "[" + text + "]";
    SALUS_TRY(auto const value, keep(std::move(text)));
    return tree.add(pointer, PatchNode(value));
}

Result<void> FhirPathEdit::insert(PatchTree& tree, json::Value root, Items items) {
    SALUS_TRY(auto pointer, list_of(root, items));
    if (step_.index > items.size()) return no_list();
    SALUS_TRY(auto text, value_text(*step_.value, *items.front().type()));
    SALUS_TRY(auto const value, keep(std::move(text)));
    pointer.push_back(std::to_string(step_.index));
    return tree.add(pointer, PatchNode(value));
}

Result<void> FhirPathEdit::erase(PatchTree& tree, json::Value root, Items items) {
    if (items.empty()) return {};
    auto pointer = items.size() == 1 ? place_of(root, items.front()) : std::nullopt;
    if (!pointer || pointer->empty()) return not_one();
    auto const parent = std::span(*pointer).first(pointer->size() - 1);
    auto const holder = value_at(root, parent);
    if (holder && holder->is_array() && has_companions(root, {parent.begin(), parent.end()})) {
        return fail(Errc::unprocessable,
                    "a list of values with extensions is not changed by place");
    }
    auto const& item = items.front();
    if (item.has_value() && item.has_companion()) {
        SALUS_TRY_VOID(tree.take(pointer_to(root, item.companion())));
    }
    SALUS_TRY_VOID(tree.take(*pointer));
    // What is left empty goes too: FHIR has no empty elements.
    for (pointer->pop_back(); !pointer->empty(); pointer->pop_back()) {
        SALUS_TRY(bool const empty, tree.is_empty(*pointer));
        if (!empty) break;
        SALUS_TRY_VOID(tree.take(*pointer));
    }
    return {};
}

Result<void> FhirPathEdit::replace(PatchTree& tree, json::Value root, Items items) {
    auto pointer = items.size() == 1 ? place_of(root, items.front()) : std::nullopt;
    if (!pointer || pointer->empty() || !items.front().has_value()) return not_one();
    auto const& type = *items.front().type();
    SALUS_TRY(auto text, value_text(*step_.value, type));
    SALUS_TRY(auto const value, keep(std::move(text)));
    // A choice of another type has another name.
    auto const* element = element_at(root, *pointer);
    auto const held = value_member(*step_.value);
    auto const old_suffix = capitalized(type.name.text());
    auto const new_suffix = held ? held->name().substr(5) : old_suffix;
    auto const name = pointer->back();
    bool const renamed = element != nullptr && element->choice != 0 && name.ends_with(old_suffix) &&
                         old_suffix != new_suffix;
    if (!renamed) return tree.replace(*pointer, PatchNode(value));
    SALUS_TRY_VOID(tree.take(*pointer));
    pointer->back() = name.substr(0, name.size() - old_suffix.size()) + new_suffix;
    return tree.add(*pointer, PatchNode(value));
}

Result<void> FhirPathEdit::move(PatchTree& tree, json::Value root, Items items) {
    SALUS_TRY(auto pointer, list_of(root, items));
    if (step_.index >= items.size() || step_.destination >= items.size()) return no_list();
    pointer.push_back(std::to_string(step_.index));
    SALUS_TRY(auto taken, tree.take(pointer));
    pointer.back() = std::to_string(step_.destination);
    return tree.add(pointer, std::move(taken));
}

}  // namespace salus::fhir
