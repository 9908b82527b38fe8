// From an element to its children, through the definitions.
#include "fhir/fhirpath/evaluation.h"

namespace salus::fhir::fhirpath {
namespace {

bool is_key(json::Value key, std::string_view name) {
    return key.raw_text() == name;
}

// _name
bool is_companion_key(json::Value key, std::string_view name) {
    auto const text = key.raw_text();
    return text.size() == name.size() + 1 && text.front() == '_' && text.substr(1) == name;
}

// The value of a member and its companion: value and _value. Names with escapes are not looked
// for: the reader of resources refuses none, but no element has one.
struct MemberPair {
    std::optional<json::Value> value;
    std::optional<json::Value> companion;
};

MemberPair find_pair(json::Value object, std::string_view name, bool primitive) {
    MemberPair pair;
    for (auto const& member : object.members()) {
        if (is_key(member.key, name)) {
            pair.value = member.value;
            if (!primitive || pair.companion) break;
        } else if (primitive && is_companion_key(member.key, name)) {
            pair.companion = member.value;
            if (pair.value) break;
        }
    }
    return pair;
}

// The Element whose member this is, without the underscore of a companion.
Element const* element_of_key(Child const& child, std::string_view key) {
    if (key.starts_with('_')) key.remove_prefix(1);
    if (!key.starts_with(child.name)) return nullptr;
    for (std::uint16_t i = 0; i < child.count; ++i) {
        auto const& element = child.first[i];
        if (element.name.text() == key) return &element;
    }
    return nullptr;
}

bool has_companions(json::Value object) {
    for (auto const& member : object.members()) {
        if (member.key.raw_text().starts_with('_')) return true;
    }
    return false;
}

json::Value const* pointer(std::optional<json::Value> const& value) {
    return value ? &*value : nullptr;
}

// Finds the elements of members that come in the order of the definitions, mostly, in few steps.
class ElementCursor {
public:
    explicit ElementCursor(std::span<Element const> elements) : elements_(elements) {}

    Element const* find(std::string_view name) {
        for (std::size_t tried = 0; tried < elements_.size(); ++tried) {
            auto const& element = elements_[next_];
            next_ = next_ + 1 == elements_.size() ? 0 : next_ + 1;
            if (element.name.text() == name) return &element;
        }
        return nullptr;
    }

private:
    std::span<Element const> elements_;
    std::size_t next_ = 0;
};

}  // namespace

bool Evaluation::run_step(Node const& node, Scope const& scope) {
    auto const& name = program_.names[node.second];
    if (node.first == kNone) {
        if (scope.focus == nullptr) return true;
        auto const item = *scope.focus;
        if (node.may_be_type && item.is_element() && is_called(*item.type(), name.text))
            return push(item);
        return push_children_named(item, name);
    }
    auto const base = stack_.size();
    if (!run(node.first, scope)) return false;
    auto const end = stack_.size();
    for (auto i = base; i < end; ++i) {
        auto const item = stack_[i];
        if (!push_children_named(item, name)) return false;
    }
    stack_.remove(base, end);
    return true;
}

bool Evaluation::push_children_named(Item const& item, Name const& name) {
    if (!item.is_element()) {
        if (item.kind() != ItemKind::type_name) return true;
        if (name.text == "namespace") return push(Item::of(item.type_space()));
        return name.text != "name" || push(Item::of(item.type_text()));
    }
    if (!count_step()) return false;
    auto const& type = *item.type();
    if (type.kind == TypeKind::primitive)
        return !item.has_companion() || push_companion_children(item, name.text);
    if (!item.has_value() || !item.value().is_object()) return true;
    auto const* child = Model::of_r4().child(type, name.id);
    if (child == nullptr) return true;
    charge(item.value().size() / 8);
    if (!child->is_choice()) {
        auto const& child_type = *child->first->type;
        auto const pair =
            find_pair(item.value(), child->name, child_type.kind == TypeKind::primitive);
        return push_member(pointer(pair.value), pointer(pair.companion), child_type);
    }
    // One of a choice's members at most is there, with or without its companion.
    MemberPair pair;
    Element const* element = nullptr;
    for (auto const& member : item.value().members()) {
        auto const key = member.key.raw_text();
        auto const* found = element_of_key(*child, key);
        if (found == nullptr || (element != nullptr && found != element)) continue;
        element = found;
        (key.starts_with('_') ? pair.companion : pair.value) = member.value;
    }
    return element == nullptr ||
           push_member(pointer(pair.value), pointer(pair.companion), *element->type);
}

// A list is many items; the lists of values and of companions go in step.
bool Evaluation::push_member(json::Value const* value, json::Value const* companion,
                             Type const& type) {
    bool const lists =
        (value != nullptr && value->is_array()) || (companion != nullptr && companion->is_array());
    if (!lists) return push_element(value, companion, type);
    std::optional<json::Value::Range<json::Value::ElementIterator>> values;
    std::optional<json::Value::Range<json::Value::ElementIterator>> companions;
    if (value != nullptr && value->is_array()) values = value->elements();
    if (companion != nullptr && companion->is_array()) companions = companion->elements();
    while ((values && values->first != values->last) ||
           (companions && companions->first != companions->last)) {
        if (!count_step()) return false;
        std::optional<json::Value> one;
        std::optional<json::Value> its_companion;
        if (values && values->first != values->last) one = *values->first++;
        if (companions && companions->first != companions->last)
            its_companion = *companions->first++;
        if (!push_element(pointer(one), pointer(its_companion), type)) return false;
    }
    return true;
}

bool Evaluation::push_element(json::Value const* value, json::Value const* companion,
                              Type const& type) {
    if (value != nullptr && value->is_null()) value = nullptr;
    if (companion != nullptr && !companion->is_object()) companion = nullptr;
    if (value == nullptr)
        return companion == nullptr || push(Item::companion_only(*companion, type));
    if (type.kind == TypeKind::any_resource) {
        auto const resource = Item::resource(*value);
        return !resource || push(*resource);
    }
    if (companion != nullptr) return push(Item::element(*value, *companion, type));
    return push(Item::element(*value, type));
}

bool Evaluation::push_companion_children(Item const& item, std::string_view name) {
    auto const& model = Model::of_r4();
    if (name != "extension" && name != "id") return true;
    auto const found = item.companion().member(name);
    if (!found) return true;
    return push_member(&*found, nullptr,
                       name == "id" ? model.string_type() : model.extension_type());
}

bool Evaluation::push_all_children(Item const& item) {
    if (!item.is_element()) return true;
    if (!count_step()) return false;
    auto const& type = *item.type();
    if (type.kind == TypeKind::primitive)
        return !item.has_companion() ||
               (push_companion_children(item, "id") && push_companion_children(item, "extension"));
    if (!item.has_value() || !item.value().is_object()) return true;
    charge(item.value().size() / 4);
    bool const companions = has_companions(item.value());
    ElementCursor cursor(type.elements);
    for (auto const& member : item.value().members()) {
        auto key = member.key.raw_text();
        bool const is_companion = key.starts_with('_');
        if (is_companion) key.remove_prefix(1);
        auto const* element = cursor.find(key);
        if (element == nullptr) continue;
        if (!companions || element->type->kind != TypeKind::primitive) {
            if (!is_companion && !push_member(&member.value, nullptr, *element->type)) return false;
            continue;
        }
        // With the value if there is one, and alone if not.
        auto const pair = find_pair(item.value(), key, true);
        charge(item.value().size() / 8);
        if (is_companion && pair.value) continue;
        if (!push_member(pointer(pair.value), pointer(pair.companion), *element->type))
            return false;
    }
    return true;
}

bool Evaluation::push_extensions(Item const& item, std::string_view url) {
    if (!item.is_element()) return true;
    if (!count_step()) return false;
    std::optional<json::Value> extensions;
    if (item.is_primitive()) {
        if (item.has_companion()) extensions = item.companion().member("extension");
    } else if (item.has_value()) {
        extensions = item.value().member("extension");
    }
    if (!extensions || !extensions->is_array()) return true;
    charge(extensions->size());
    for (auto const extension : extensions->elements()) {
        auto const found = extension.member("url");
        if (found && found->is_text(url) &&
            !push(Item::element(extension, Model::of_r4().extension_type())))
            return false;
    }
    return true;
}

}  // namespace salus::fhir::fhirpath
