#include "fhir/patch_tree.h"

#include <algorithm>
#include <charconv>

#include "fhir/decimal_value.h"
#include "foundation/limits.h"
#include "json/writer.h"

namespace salus::fhir {
namespace {

std::unexpected<Error> leads_nowhere() {
    return fail(Errc::unprocessable, "a path of the patch leads nowhere");
}

// "0", or digits that do not begin with 0 (RFC 6901 section 4).
std::optional<std::size_t> array_index(std::string_view token) {
    std::size_t index = 0;
    auto const [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    bool const digits = error == std::errc{} && end == token.data() + token.size();
    if (!digits || token.empty() || (token.size() > 1 && token.front() == '0')) return std::nullopt;
    return index;
}

bool equal_values(json::Value a, json::Value b, std::size_t& work);

bool equal_objects(json::Value a, json::Value b, std::size_t& work) {
    if (a.size() != b.size()) return false;
    for (auto const member : a.members()) {
        work += b.size();
        if (work > limits::kPatchWork) return false;
        auto const other = b.member(member.name());
        if (!other || !equal_values(member.value, *other, work)) return false;
    }
    return true;
}

bool equal_arrays(json::Value a, json::Value b, std::size_t& work) {
    if (a.size() != b.size()) return false;
    auto other = b.elements().begin();
    for (auto const element : a.elements()) {
        if (!equal_values(element, *other, work)) return false;
        ++other;
    }
    return true;
}

bool equal_values(json::Value a, json::Value b, std::size_t& work) {
    if (++work > limits::kPatchWork || a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case json::Kind::null: return true;
        case json::Kind::boolean: return a.boolean() == b.boolean();
        case json::Kind::number: return same_decimal(a.raw(), b.raw());
        case json::Kind::string: return a.text() == b.text();
        case json::Kind::array: return equal_arrays(a, b, work);
        case json::Kind::object: return equal_objects(a, b, work);
    }
    return false;
}

// Brackets that are open at once.
std::size_t depth_of(std::string_view json) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    bool text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (text && json[i] == '\\')
            ++i;
        else if (json[i] == '"')
            text = !text;
        else if (!text && (json[i] == '{' || json[i] == '['))
            deepest = std::max(deepest, ++depth);
        else if (!text && (json[i] == '}' || json[i] == ']'))
            --depth;
    }
    return deepest;
}

// Behind the last one if there is none of this name.
std::size_t find_member(PatchNode::Object const& object, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(object.names, name) - object.names.begin());
}

}  // namespace

bool PatchNode::is_object() const {
    auto const* value = std::get_if<json::Value>(&content_);
    return value != nullptr ? value->is_object() : std::holds_alternative<Object>(content_);
}

bool PatchNode::is_array() const {
    auto const* value = std::get_if<json::Value>(&content_);
    return value != nullptr ? value->is_array() : std::holds_alternative<Array>(content_);
}

PatchNode::Object& PatchNode::object() {
    if (auto const* value = std::get_if<json::Value>(&content_)) {
        Object members;
        members.names.reserve(value->size());
        members.values.reserve(value->size());
        for (auto const member : value->members()) {
            members.names.push_back(member.name());
            members.values.emplace_back(member.value);
        }
        content_ = std::move(members);
    }
    return std::get<Object>(content_);
}

PatchNode::Array& PatchNode::array() {
    if (auto const* value = std::get_if<json::Value>(&content_)) {
        Array elements;
        elements.reserve(value->size());
        for (auto const element : value->elements()) elements.emplace_back(element);
        content_ = std::move(elements);
    }
    return std::get<Array>(content_);
}

std::size_t PatchNode::count() const {
    if (auto const* object = std::get_if<Object>(&content_)) return object->names.size();
    if (auto const* array = std::get_if<Array>(&content_)) return array->size();
    auto const& value = std::get<json::Value>(content_);
    return value.is_object() || value.is_array() ? value.size() : 0;
}

bool PatchNode::is_emptied_list() const {
    return is_array() && count() == 0;
}

void PatchNode::append_to(std::string& out, EmptiedLists emptied) const {
    if (auto const* value = std::get_if<json::Value>(&content_)) {
        out.append(value->raw());
    } else if (auto const* object = std::get_if<Object>(&content_)) {
        out.push_back('{');
        for (std::size_t i = 0; i < object->names.size(); ++i) {
            if (emptied == EmptiedLists::go && object->values[i].is_emptied_list()) continue;
            if (out.back() != '{') out.push_back(',');
            json::append_quoted(out, object->names[i]);
            out.push_back(':');
            object->values[i].append_to(out, emptied);
        }
        out.push_back('}');
    } else {
        out.push_back('[');
        for (auto const& element : std::get<Array>(content_)) {
            if (out.back() != '[') out.push_back(',');
            element.append_to(out, emptied);
        }
        out.push_back(']');
    }
}

std::size_t PatchNode::size(std::size_t& work) const {
    ++work;
    if (auto const* value = std::get_if<json::Value>(&content_)) return value->raw().size() + 1;
    std::size_t total = 2;
    if (auto const* object = std::get_if<Object>(&content_)) {
        for (auto const& name : object->names) total += name.size() + 4;
        for (auto const& value : object->values) total += value.size(work);
    } else {
        for (auto const& element : std::get<Array>(content_)) total += element.size(work);
    }
    return total;
}

std::size_t PatchNode::depth() const {
    if (auto const* value = std::get_if<json::Value>(&content_)) return depth_of(value->raw());
    std::size_t deepest = 0;
    if (auto const* object = std::get_if<Object>(&content_)) {
        for (auto const& value : object->values) deepest = std::max(deepest, value.depth());
    } else {
        for (auto const& element : std::get<Array>(content_))
            deepest = std::max(deepest, element.depth());
    }
    return deepest + 1;
}

bool PatchNode::equals(json::Value other, std::size_t& work) const {
    if (auto const* value = std::get_if<json::Value>(&content_))
        return equal_values(*value, other, work);
    if (++work > limits::kPatchWork) return false;
    if (auto const* object = std::get_if<Object>(&content_)) {
        auto const count = object->names.size();
        bool equal = other.is_object() && other.size() == count;
        for (std::size_t i = 0; equal && i < count; ++i) {
            work += count;
            auto const found = other.member(object->names[i]);
            equal = found && object->values[i].equals(*found, work);
        }
        return equal;
    }
    auto const& array = std::get<Array>(content_);
    if (!other.is_array() || other.size() != array.size()) return false;
    auto element = other.elements().begin();
    return std::ranges::all_of(array, [&](PatchNode const& node) {
        auto const counterpart = *element;
        ++element;
        return node.equals(counterpart, work);
    });
}

Result<void> PatchTree::spend(std::size_t steps) {
    work_ += steps;
    if (work_ > limits::kPatchWork) return fail(Errc::too_large, "the patch takes too many steps");
    return {};
}

// What the walk over a value costs besides its steps: the text that is looked through.
constexpr std::size_t kBytesOfAStep = 16;

Result<void> PatchTree::grew(std::size_t depth, PatchNode const& by) {
    auto const size = by.size(work_);
    SALUS_TRY_VOID(spend(size / kBytesOfAStep));
    size_ += size;
    if (size_ > limits::kResourceBytes)
        return fail(Errc::too_large, "the patched text is too large");
    // A value that is copied into itself again and again must not outgrow the stack.
    if (depth + by.depth() > static_cast<std::size_t>(limits::kJsonDepth))
        return fail(Errc::too_large, "the patched text is nested too deeply");
    return {};
}

void PatchTree::shrank(PatchNode const& by) {
    size_ -= std::min(size_, by.size(work_));
}

Result<PatchNode*> PatchTree::child(PatchNode& node, std::string const& token) {
    SALUS_TRY_VOID(spend(node.count() + 1));
    if (node.is_object()) {
        auto& members = node.object();
        auto const found = find_member(members, token);
        if (found == members.names.size()) return leads_nowhere();
        return &members.values[found];
    }
    auto const index = array_index(token);
    if (!node.is_array() || !index || *index >= node.count()) return leads_nowhere();
    return &node.array()[*index];
}

Result<PatchNode*> PatchTree::find(std::span<std::string const> path) {
    auto* node = &root_;
    for (auto const& token : path) {
        SALUS_TRY(node, child(*node, token));
    }
    return node;
}

Result<void> PatchTree::add(std::span<std::string const> path, PatchNode value) {
    SALUS_TRY_VOID(grew(path.size(), value));
    if (path.empty()) {
        root_ = std::move(value);
        return {};
    }
    SALUS_TRY(auto* parent, find(path.first(path.size() - 1)));
    auto const& token = path.back();
    SALUS_TRY_VOID(spend(parent->count() + 1));
    if (parent->is_object()) {
        size_ += token.size() + 4;
        auto& members = parent->object();
        auto const found = find_member(members, token);
        if (found == members.names.size()) {
            members.names.push_back(token);
            members.values.push_back(std::move(value));
        } else {
            shrank(members.values[found]);
            members.values[found] = std::move(value);
        }
        return {};
    }
    if (!parent->is_array()) return leads_nowhere();
    auto& elements = parent->array();
    auto const index = token == "-" ? std::optional(elements.size()) : array_index(token);
    if (!index || *index > elements.size()) return leads_nowhere();
    elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return {};
}

Result<void> PatchTree::replace(std::span<std::string const> path, PatchNode value) {
    SALUS_TRY(auto* node, find(path));
    shrank(*node);
    SALUS_TRY_VOID(grew(path.size(), value));
    *node = std::move(value);
    return {};
}

Result<void> PatchTree::test(std::span<std::string const> path, json::Value value) {
    SALUS_TRY(auto const* node, find(path));
    bool const equal = node->equals(value, work_);
    SALUS_TRY_VOID(spend(1));
    if (!equal) return fail(Errc::unprocessable, "a test of the patch fails");
    return {};
}

Result<PatchNode> PatchTree::take(std::span<std::string const> path) {
    if (path.empty()) return fail(Errc::unprocessable, "a patch cannot remove the whole");
    SALUS_TRY(auto* parent, find(path.first(path.size() - 1)));
    SALUS_TRY(auto* node, child(*parent, path.back()));
    auto taken = std::move(*node);
    shrank(taken);
    if (parent->is_object()) {
        auto& members = parent->object();
        auto const place = static_cast<std::ptrdiff_t>(find_member(members, path.back()));
        members.names.erase(members.names.begin() + place);
        members.values.erase(members.values.begin() + place);
    } else {
        auto& elements = parent->array();
        elements.erase(elements.begin() + (node - elements.data()));
    }
    return taken;
}

Result<PatchNode> PatchTree::copy(std::span<std::string const> path) {
    SALUS_TRY(auto const* node, find(path));
    SALUS_TRY_VOID(spend(node->size(work_) / kBytesOfAStep));
    return *node;
}

Result<bool> PatchTree::is_empty(std::span<std::string const> path) {
    SALUS_TRY(auto const* node, find(path));
    return (node->is_object() || node->is_array()) && node->count() == 0;
}

std::string PatchTree::text(EmptiedLists emptied) const {
    std::string out;
    out.reserve(size_);
    root_.append_to(out, emptied);
    return out;
}

}  // namespace salus::fhir
