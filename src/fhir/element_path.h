// Where a validator stands in a resource, and what it found there. Private to the room.
// Thread safety: serves one call.
#pragma once

#include <array>
#include <cstddef>

#include "fhir/definitions.h"
#include "foundation/issue.h"
#include "foundation/limits.h"

namespace salus::fhir {

class ElementPath {
public:
    explicit ElementPath(Type const& root) : root_(&root) {}

    // One element further; leave() goes back. REQUIRES: within the depth of a JSON document.
    void enter(Element const& element) noexcept { steps_.at(depth_++) = {&element, kNoIndex}; }
    void leave() noexcept { --depth_; }
    void at_index(std::size_t index) noexcept { steps_.at(depth_ - 1).index = index; }
    void at_no_index() noexcept { steps_.at(depth_ - 1).index = kNoIndex; }
    // A FHIRPath: Observation.component[1].value.ofType(Quantity).
    [[nodiscard]] Location location() const;
    [[nodiscard]] Type const& root() const noexcept { return *root_; }
    [[nodiscard]] Element const& element(std::size_t step) const {
        return *steps_.at(step).element;
    }
    [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

private:
    static constexpr std::size_t kNoIndex = SIZE_MAX;
    struct Step {
        Element const* element;
        std::size_t index;
    };
    Type const* root_;
    std::size_t depth_ = 0;
    std::array<Step, limits::kJsonDepth + 2> steps_;
};

// Enters an element for as long as it lives.
class PathStep {
public:
    PathStep(ElementPath& path, Element const& element) noexcept : path_(path) {
        path_.enter(element);
    }
    ~PathStep() { path_.leave(); }
    PathStep(PathStep const&) = delete;
    PathStep& operator=(PathStep const&) = delete;

private:
    ElementPath& path_;
};

class Reporter {
public:
    Reporter(IssueList& issues, ElementPath const& path, Severity least = Severity::warning)
        : issues_(issues), path_(path), least_(least) {}
    void error(Literal code, Literal text, DefinitionText detail = {}) {
        issues_.add({IssueSeverity::error, code, text, std::move(detail), path_.location()});
    }
    void warning(Literal code, Literal text) {
        if (least_ == Severity::error) return;
        issues_.add({IssueSeverity::warning, code, text, {}, path_.location()});
    }
    // Once, wherever it is met.
    void information(Literal code, Literal text, DefinitionText detail) {
        if (least_ == Severity::error) return;
        bool const told = std::ranges::any_of(issues_.issues(), [&](Issue const& each) {
            return each.severity == IssueSeverity::information &&
                   each.detail.text() == detail.text();
        });
        if (told) return;
        issues_.add({IssueSeverity::information, code, text, std::move(detail), path_.location()});
    }
    void report(Severity severity, Literal code, Literal text, DefinitionText detail) {
        if (severity == Severity::warning && least_ == Severity::error) return;
        auto const as = severity == Severity::error ? IssueSeverity::error : IssueSeverity::warning;
        issues_.add({as, code, text, std::move(detail), path_.location()});
    }
    [[nodiscard]] bool full() const noexcept { return issues_.full(); }

private:
    IssueList& issues_;
    ElementPath const& path_;
    Severity least_;
};

}  // namespace salus::fhir
