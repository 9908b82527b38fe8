// Profiles as rule trees (https://hl7.org/fhir/R4/profiling.html): what StructureDefinitions demand
// beyond the base definition of their type. A profile's tree holds its base profiles' rules too.
// Thread safety: immutable once built.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/fhirpath/expression.h"
#include "foundation/issue.h"
#include "json/document.h"

namespace salus::fhir {

// A value set of a package, or one of the tables.
struct LoadedValueSet {
    bool complete = false;  // false: it cannot be expanded here and is not enforced
    std::unordered_map<std::string, std::vector<std::string>> codes;  // by system, sorted
    [[nodiscard]] bool has_code(std::string_view code) const;
    [[nodiscard]] bool has_coding(std::string_view system, std::string_view code) const;
};

enum class DiscriminatorType : std::uint8_t { value, exists, type, profile };

struct Discriminator {
    DiscriminatorType type;
    std::vector<std::string> path;  // steps; empty: $this
};

enum class SlicingRules : std::uint8_t { open, closed, open_at_end };

struct ProfileConstraint {
    DefinitionText text;  // key and human description
    Severity severity;
    // Shared by the profiles that build on each other; nullptr: it cannot be evaluated here.
    std::shared_ptr<fhirpath::Expression const> compiled;
};

// Rules about the element of one name in its parent, or about one slice of it.
struct ProfileNode {
    std::string name;      // without [x]; empty: the root
    std::string slice;     // empty: not a slice
    DefinitionText label;  // id of the element and profile, for messages
    std::uint32_t min = 0;
    std::optional<std::uint32_t> max;
    std::vector<Type const*> types;        // of a choice; empty: any
    std::vector<std::string> profiles;     // the value conforms to one of them
    std::vector<std::string> targets;      // profiles or types of a reference's target
    std::optional<json::Value> fixed;      // looks into the definition
    std::optional<json::Value> pattern;    // likewise
    std::optional<std::string> value_set;  // of a required binding
    std::vector<ProfileConstraint> constraints;
    std::vector<ProfileNode> children;
    std::vector<Discriminator> discriminators;
    SlicingRules rules = SlicingRules::open;
    bool ordered = false;
    std::vector<ProfileNode> slices;

    [[nodiscard]] ProfileNode const* child(std::string_view child_name) const;
};

struct Profile {
    std::string url;
    std::string version;
    Type const* type;                   // what it constrains
    std::vector<std::string> contexts;  // of an extension: elements that may carry it; empty: any
    ProfileNode root;
};

// All that packages define, looked up by canonical URL; a version after "|" is ignored.
class ProfileSet {
public:
    [[nodiscard]] Profile const* find(std::string_view url) const;
    // nullptr: not known, or not complete.
    [[nodiscard]] LoadedValueSet const* value_set(std::string_view url) const;
    [[nodiscard]] std::size_t size() const noexcept { return profiles_.size(); }
    // What cannot be evaluated here and is not enforced; at most limits::kDefinitionWarnings.
    [[nodiscard]] std::vector<DefinitionText> const& warnings() const noexcept { return warnings_; }

private:
    friend class DefinitionReader;
    std::vector<std::shared_ptr<json::Document const>> sources_;  // nodes look into them
    std::unordered_map<std::string, Profile> profiles_;
    std::unordered_map<std::string, LoadedValueSet> value_sets_;
    std::vector<DefinitionText> warnings_;
};

[[nodiscard]] std::string_view without_version(std::string_view canonical) noexcept;

}  // namespace salus::fhir
