// What is wrong with a document, as a bounded list. Like an Error, an Issue is made of Literals and
// of text from definitions, and so never of what was checked.
// Thread safety: values.
#pragma once

#include <algorithm>
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
    // Errors beyond limits::kValidationIssues are dropped; warnings give way to errors.
    void add(Issue issue) {
        bool const error = issue.severity == IssueSeverity::error;
        errors_ += error ? 1U : 0U;
        if (issues_.size() < limits::kValidationIssues) return issues_.push_back(std::move(issue));
        auto const told = std::ranges::find_if(
            issues_, [](Issue const& each) { return each.severity != IssueSeverity::error; });
        if (error && told != issues_.end()) *told = std::move(issue);
    }
    [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
    // With errors: more of them would not be told. Warnings never fill it.
    [[nodiscard]] bool full() const noexcept { return errors_ >= limits::kValidationIssues; }
    [[nodiscard]] std::vector<Issue> const& issues() const noexcept { return issues_; }
    [[nodiscard]] std::vector<Issue> take() && noexcept { return std::move(issues_); }

private:
    std::vector<Issue> issues_;
    std::size_t errors_ = 0;
};

}  // namespace salus
