// One case of a decision table: how it is read, what it expects, and how a policy decides it.
// Values; one thread. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authorization/decision_facts.h"
#include "authorization/decision_table.h"
#include "authorization/law.h"

namespace salus::authorization {

// What is wrong in one JSON text, with its place.
class TableComplaints {
public:
    explicit TableComplaints(std::string_view text);
    // REQUIRES: `at` is of a document of this text.
    void add(json::Value at, std::string text);
    void add(cedar::Message message);
    [[nodiscard]] cedar::Position position_of(json::Value at) const;
    [[nodiscard]] std::vector<cedar::Message> const& messages() const noexcept { return messages_; }

private:
    std::vector<std::size_t> line_begins_;  // offsets, ascending
    std::vector<cedar::Message> messages_;
};

class DecisionCase {
public:
    // What is wrong is among the complaints then; the case decides nothing.
    static DecisionCase read(json::Value json, TableComplaints& complaints);

    [[nodiscard]] std::string const& name() const noexcept { return name_; }
    [[nodiscard]] Verdict const& expected() const noexcept { return expected_; }
    // `facts`: of all cases. `memory` is used again by the next call.
    [[nodiscard]] Verdict decide(Policy const& policy, DecisionFacts facts,
                                 cedar::Response& memory) const;
    // Of the elements that have to be withheld those that leave.
    [[nodiscard]] std::vector<std::string> leaving(Verdict const& verdict) const;

private:
    friend class CaseReader;

    std::string name_;
    cedar::EntityUid principal_;
    std::vector<std::string> roles_;
    cedar::EntityUid action_;
    cedar::EntityUid resource_;
    std::string type_;  // empty: about a function
    FactChanges changes_;
    Verdict expected_;
    std::vector<std::string> withheld_;
};

}  // namespace salus::authorization
