// "#x": references between a resource and what it contains
// (https://hl7.org/fhir/R4/references.html#contained). Private to the room.
// Thread safety: serves one validation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/document.h"

namespace salus::fhir {

class LocalReferences {
public:
    // A resource that contains others begins; a Bundle's entries are such resources inside another.
    // Returns what end() needs to go back.
    using Index = std::unordered_map<std::string, json::Value>;
    struct Outer {
        std::optional<json::Value> container;
        std::size_t names;
        std::optional<Index> contained;
    };
    [[nodiscard]] Outer begin(json::Value container);
    void end(Outer outer);

    // A reference, canonical or URI of the resource at hand: kept if it is local.
    void note(json::Value text);
    // Whether "#x" names a resource that the container contains, or the container itself ("#").
    [[nodiscard]] bool resolves(json::Value reference);
    // The contained resource of that name.
    [[nodiscard]] std::optional<json::Value> find(std::string_view name);
    // Whether no two contained resources have the same id.
    [[nodiscard]] bool are_distinct() const;
    // Whether each contained resource is named by what was noted, or in narrative
    // (<img src="#x">), or refers to its container.
    // REQUIRES: the whole resource was walked.
    [[nodiscard]] bool all_used() const;

private:
    std::optional<json::Value> container_;
    std::optional<Index> contained_;  // by id; made when the first is asked for
    std::vector<std::string> names_;  // without the number sign
    std::size_t first_ = 0;           // of the container's own
};

}  // namespace salus::fhir
