// Permit: a decision to allow, with what it allows. Only authorization::Authorization can make one.
// It swallows the Caller and the Intent it was made for, so proofs of two requests cannot be mixed,
// and nothing reaches the records without one (invariant 3).
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "request/caller.h"
#include "request/duty.h"
#include "request/intent.h"
#include "request/resource_constraints.h"

namespace salus::authorization {
class Authorization;
}

namespace salus::request {

// Top-level elements of one resource type that may leave (164.502(b)).
struct AllowedElements {
    bool all = false;
    std::vector<std::string> names;  // when not all; sorted

    [[nodiscard]] bool contains(std::string_view name) const {
        return all || std::ranges::binary_search(names, name);
    }
};

// Another type of which resources may come along with a search's matches, decided by itself.
struct TypePermit {
    std::string type;
    AllowedElements elements;
};

// How far a search or a history may look: to what it names, a patient or what an exact value finds;
// or to all patients (MIN-3).
enum class Reach : std::uint8_t { named, population };

class Permit {
public:
    [[nodiscard]] Caller const& caller() const noexcept { return *caller_; }
    [[nodiscard]] IntentFacts const& intent() const noexcept { return intent_.facts(); }
    [[nodiscard]] std::vector<Intent> const& entries() const noexcept { return intent_.entries(); }
    // For the type of the intent, or of the entry at this position of a bundle.
    [[nodiscard]] AllowedElements const& elements() const noexcept { return elements_; }
    [[nodiscard]] AllowedElements const& elements_of_entry(std::size_t entry) const {
        return entry_elements_.at(entry);
    }
    // For a resource of another type that comes along (included, $everything, a search over all
    // types); nullptr: it may not leave.
    [[nodiscard]] AllowedElements const* elements_of_type(std::string_view type) const {
        auto const found = std::ranges::find(included_, type, &TypePermit::type);
        return found == included_.end() ? nullptr : &found->elements;
    }
    [[nodiscard]] Reach reach() const noexcept { return reach_; }
    // Which stored resources it is about: those that the caller's granular scopes leave.
    [[nodiscard]] ResourceConstraints const& constraints() const noexcept { return constraints_; }
    // Of the decision, whatever records bring along.
    [[nodiscard]] Duties duties() const noexcept { return duties_; }
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&&) noexcept = default;

private:
    friend class authorization::Authorization;
    Permit(CallerPointer caller, Intent&& intent)
        : caller_(std::move(caller)),
          intent_(std::move(intent)),
          constraints_(caller_->facts(), intent_.facts()) {}
    CallerPointer caller_;
    Intent intent_;
    ResourceConstraints constraints_;
    AllowedElements elements_;
    std::vector<AllowedElements> entry_elements_;
    std::vector<TypePermit> included_;
    Reach reach_ = Reach::named;
    Duties duties_;
};

}  // namespace salus::request
