// Builds a ProfileSet from the StructureDefinitions, ValueSets and CodeSystems that an operator
// loads. Only differentials are read: a profile's tree is its base's tree with its own differential
// laid over it. Thread safety: one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "fhir/profiles/profile.h"
#include "foundation/result.h"

namespace salus::fhir {

class DefinitionReader {
public:
    DefinitionReader();
    ~DefinitionReader();
    DefinitionReader(DefinitionReader const&) = delete;
    DefinitionReader& operator=(DefinitionReader const&) = delete;

    // One resource. What is no definition that is used here is ignored. Errc::invalid: not JSON, or
    // a definition that cannot be understood; Errc::too_large beyond limits::kDefinitions.
    [[nodiscard]] Result<void> add(std::string json);
    // Errc::invalid: bases that form a circle, an element that does not exist.
    [[nodiscard]] Result<std::shared_ptr<ProfileSet const>> finish() &&;

private:
    [[nodiscard]] Result<void> compile(std::string const& url);
    [[nodiscard]] Result<void> lay_over(Profile& profile, json::Value differential);
    [[nodiscard]] Result<void> lay_over_element(Profile& profile, json::Value element,
                                                std::string const& id);
    [[nodiscard]] Result<void> read_slicing(json::Value slicing, ProfileNode& node);
    void read_types(json::Value element, ProfileNode& node);
    void read_constraints(json::Value element, ProfileNode& node);
    void expand(std::string const& url);
    void include(json::Value part, LoadedValueSet& into);

    json::Parser parser_;
    std::shared_ptr<ProfileSet> set_;
    std::map<std::string, json::Value, std::less<>> structures_;
    std::map<std::string, json::Value, std::less<>> value_sets_;
    std::map<std::string, json::Value, std::less<>> code_systems_;
    std::set<std::string> open_;  // being compiled or expanded
};

}  // namespace salus::fhir
