#include "fhir/json_patch.h"

#include <algorithm>

#include "fhir/patch_tree.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

std::optional<PatchOperation> operation_named(std::string_view name) {
    if (name == "add") return PatchOperation::add;
    if (name == "remove") return PatchOperation::remove;
    if (name == "replace") return PatchOperation::replace;
    if (name == "move") return PatchOperation::move;
    if (name == "copy") return PatchOperation::copy;
    if (name == "test") return PatchOperation::test;
    return std::nullopt;
}

bool takes_value(PatchOperation operation) {
    return operation == PatchOperation::add || operation == PatchOperation::replace ||
           operation == PatchOperation::test;
}

bool takes_from(PatchOperation operation) {
    return operation == PatchOperation::move || operation == PatchOperation::copy;
}

std::unexpected<Error> refuse(std::size_t index, Error error) {
    error.where.prepend_index(index);
    error.where.prepend("operation");
    return fail(std::move(error));
}

// "~1" is "/" and "~0" is "~"; nothing else follows a tilde (RFC 6901 section 4).
std::optional<std::string> unescape(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            out.push_back(token[i]);
            continue;
        }
        ++i;
        if (i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
        out.push_back(token[i] == '0' ? '~' : '/');
    }
    return out;
}

Result<PatchPointer> parse_pointer(std::string_view text) {
    PatchPointer pointer;
    if (text.size() > limits::kPatchPointerBytes) {
        return fail(Errc::too_large, "a path of the patch is too long");
    }
    if (text.empty()) return pointer;
    if (!text.starts_with('/')) return fail(Errc::invalid, "a path of the patch begins with /");
    while (!text.empty()) {
        text.remove_prefix(1);
        auto const end = std::min(text.find('/'), text.size());
        auto token = unescape(text.substr(0, end));
        if (!token) return fail(Errc::invalid, "unknown escape in a path of the patch");
        if (pointer.size() == static_cast<std::size_t>(limits::kJsonDepth)) {
            return fail(Errc::too_large, "a path of the patch is too deep");
        }
        pointer.push_back(*std::move(token));
        text.remove_prefix(end);
    }
    return pointer;
}

bool is_inside(PatchPointer const& inner, PatchPointer const& outer) {
    return inner.size() > outer.size() &&
           std::equal(outer.begin(), outer.end(), inner.begin(),
                      inner.begin() + static_cast<std::ptrdiff_t>(outer.size()));
}

Result<PatchStep> parse_step(json::Value value) {
    if (!value.is_object()) return fail(Errc::invalid, "an operation of the patch is an object");
    auto const operation = operation_named(value.text_member("op").value_or(""));
    if (!operation) return fail(Errc::invalid, "unknown operation of the patch");
    auto const path = value.text_member("path");
    if (!path) return fail(Errc::invalid, "an operation of the patch has no path");
    PatchStep step{*operation, {}, {}, std::nullopt};
    SALUS_TRY(step.path, parse_pointer(*path));
    if (takes_value(*operation)) {
        step.value = value.member("value");
        if (!step.value) return fail(Errc::invalid, "an operation of the patch has no value");
    }
    if (!takes_from(*operation)) return step;
    auto const from = value.text_member("from");
    if (!from) return fail(Errc::invalid, "an operation of the patch has no from");
    SALUS_TRY(step.from, parse_pointer(*from));
    if (*operation == PatchOperation::move && is_inside(step.path, step.from)) {
        return fail(Errc::invalid, "a value cannot be moved into itself");
    }
    return step;
}

Result<void> perform(PatchTree& tree, PatchStep const& step) {
    switch (step.operation) {
        case PatchOperation::add: return tree.add(step.path, PatchNode(*step.value));
        case PatchOperation::replace: return tree.replace(step.path, PatchNode(*step.value));
        case PatchOperation::test: return tree.test(step.path, *step.value);
        case PatchOperation::remove: {
            SALUS_TRY_VOID(tree.take(step.path));
            return {};
        }
        case PatchOperation::copy: {
            SALUS_TRY(auto copy, tree.copy(step.from));
            return tree.add(step.path, std::move(copy));
        }
        case PatchOperation::move: {
            if (step.from == step.path) {
                SALUS_TRY_VOID(tree.copy(step.from));
                return {};
            }
            SALUS_TRY(auto taken, tree.take(step.from));
            return tree.add(step.path, std::move(taken));
        }
    }
    return fail(Errc::internal, "an operation of the patch is not handled");
}

}  // namespace

Result<JsonPatch> JsonPatch::parse(EphiText text, json::Parser& parser) {
    SALUS_TRY(auto document, Reader::parse_json(std::move(text), parser));
    auto const root = document->root();
    if (!root.is_array()) return fail(Errc::invalid, "a JSON Patch is a list of operations");
    if (root.size() > limits::kPatchOperations) {
        return fail(Errc::too_large, "too many operations in one patch");
    }
    std::vector<PatchStep> steps;
    steps.reserve(root.size());
    for (auto const each : root.elements()) {
        auto step = parse_step(each);
        if (!step) return refuse(steps.size(), std::move(step).error());
        steps.push_back(*std::move(step));
    }
    return JsonPatch(std::move(document), std::move(steps));
}

std::optional<std::vector<std::string>> JsonPatch::elements() const {
    std::vector<std::string> names;
    for (auto const& step : steps_) {
        for (auto const* pointer : {&step.path, &step.from}) {
            if (pointer == &step.from && !takes_from(step.operation)) continue;
            if (pointer->empty()) return std::nullopt;
            auto name = pointer->front();
            if (name.starts_with('_')) name.erase(0, 1);
            if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
        }
    }
    return names;
}

Result<EphiText> JsonPatch::apply(json::Value document, EmptiedLists emptied) const {
    PatchTree tree(document);
    std::size_t index = 0;
    for (auto const& step : steps_) {
        if (auto done = perform(tree, step); !done) return refuse(index, std::move(done).error());
        ++index;
    }
    return EphiText(tree.text(emptied));
}

}  // namespace salus::fhir
