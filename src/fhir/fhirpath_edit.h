// One operation of a FHIRPath Patch on one text. Private to the room. One edit, one call.
#pragma once

#include <string>

#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath_patch.h"
#include "fhir/patch_tree.h"

namespace salus::fhir {

class FhirPathEdit {
public:
    // Borrows both.
    FhirPathEdit(FhirPathStep const& step, json::Parser& parser) : step_(step), parser_(parser) {}
    // REQUIRES: a resource.
    [[nodiscard]] Result<std::string> perform(std::string text);

private:
    using Items = std::span<fhirpath::Item const>;

    [[nodiscard]] Result<void> change(PatchTree& tree, json::Value root, Items items);
    [[nodiscard]] Result<void> add(PatchTree& tree, json::Value root, Items items);
    [[nodiscard]] Result<void> insert(PatchTree& tree, json::Value root, Items items);
    [[nodiscard]] Result<void> erase(PatchTree& tree, json::Value root, Items items);
    [[nodiscard]] Result<void> replace(PatchTree& tree, json::Value root, Items items);
    [[nodiscard]] Result<void> move(PatchTree& tree, json::Value root, Items items);
    // The text becomes a value that lives as long as this edit.
    [[nodiscard]] Result<json::Value> keep(std::string text);

    FhirPathStep const& step_;
    json::Parser& parser_;
    std::unique_ptr<json::Document> value_;
};

}  // namespace salus::fhir
