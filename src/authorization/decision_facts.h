// The facts that a case of a decision table is decided by, by path: "context.network.zone". Each is
// declared in the schema of policies, and of the type that is declared. Values; one thread. Private
// to the room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cedar/value.h"
#include "json/document.h"

namespace salus::authorization {

// What is wrong with facts: at this place of the document, beginning with the fact's path.
struct FactProblem {
    json::Value at;
    std::string text;
};

// What a case changes: a fact's value, or nothing: it is taken away, with all below it.
using FactChange = std::pair<std::string, std::optional<cedar::Value>>;
using FactChanges = std::vector<FactChange>;

// Adds the changes that `value` makes at `path`: a record's members each by itself. Instants and
// addresses are texts: "2026-03-03T15:00:00Z", "10.1.2.3".
[[nodiscard]] std::optional<FactProblem> read_facts(std::string const& path, json::Value value,
                                                    FactChanges& changes);

class DecisionFacts {
public:
    void apply(FactChange const& change);
    // "principal", "resource", "function" or "context".
    [[nodiscard]] cedar::Record record(std::string const& path) const;
    // What the schema wants and is not there, of what cases do not say themselves (purpose and
    // action).
    [[nodiscard]] std::optional<std::string> missing() const;

private:
    std::map<std::string, cedar::Value> facts_;
};

}  // namespace salus::authorization
