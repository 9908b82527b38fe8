// What is wrong with a document, as a bounded list. Like an Error, an Issue is made of Literals and
// of text from definitions, and so never of what was checked.
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "foundation/limits.h"
#include "foundation/literal.h"
#include "foundation/result.h"

namespace salus {

namespace fhir {
class DefinitionReader;
}

// Text of definitions: compiled in, or loaded by an operator. Never of a request.
class DefinitionText {
public:
    DefinitionText() = default;
    explicit DefinitionText(Literal text) : text_(text.text()) {}
    DefinitionText(Literal key, Literal text) : text_(key.text()) {
        text_.append(": ").append(text.text());
    }
    [[nodiscard]] std::string const& text() const noexcept { return text_; }

private:
    friend class fhir::DefinitionReader;  // what an operator loads
    explicit DefinitionText(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

enum class IssueSeverity : std::uint8_t { error, warning, information };

struct Issue {
    IssueSeverity severity;
    Literal code;  // of https://hl7.org/fhir/R4/valueset-issue-type.html
    Literal text;
    DefinitionText detail;  // may be empty
    Location where;
};

class IssueList {
public:
    // What is beyond limits::kValidationIssues is counted as there and dropped.
    void add(Issue issue) {
        errors_ = errors_ || issue.severity == IssueSeverity::error;
        if (issues_.size() < limits::kValidationIssues) issues_.push_back(std::move(issue));
    }
    [[nodiscard]] bool has_errors() const noexcept { return errors_; }
    [[nodiscard]] bool full() const noexcept { return issues_.size() >= limits::kValidationIssues; }
    [[nodiscard]] std::vector<Issue> const& issues() const noexcept { return issues_; }
    [[nodiscard]] std::vector<Issue> take() && noexcept { return std::move(issues_); }

private:
    std::vector<Issue> issues_;
    bool errors_ = false;
};

}  // namespace salus
