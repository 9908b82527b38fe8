// What a consent is judged by: facts of the request, and of one resource. Facts of a resource and
// references are ePHI: they live as long as the judgement, and go into no log and no reason.
//
// Thread safety: values.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "consent/labels.h"
#include "fhir/date_time.h"
#include "fhir/resource.h"
#include "foundation/clock.h"
#include "request/purpose_of_use.h"

namespace salus::consent {

// What is done with data (http://terminology.hl7.org/CodeSystem/consentaction).
enum class Action : std::uint8_t { access, collect, use, disclose, correct };

class Actions {
public:
    constexpr Actions() = default;
    constexpr Actions(std::initializer_list<Action> actions) {
        for (auto const each : actions) add(each);
    }
    constexpr void add(Action action) noexcept { bits_ |= 1U << static_cast<unsigned>(action); }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] constexpr bool within(Actions other) const noexcept {
        return (bits_ & ~other.bits_) == 0;
    }
    [[nodiscard]] constexpr bool meets(Actions other) const noexcept {
        return (bits_ & other.bits_) != 0;
    }

private:
    unsigned bits_ = 0;
};

// What an instance refers to, for provisions about what is "related" to it. Both as Type/id.
struct Relation {
    std::string instance;
    std::vector<std::string> names;  // sorted
};

// Whether the user is an actor that a consent names (Type/id), or a member of it.
struct Membership {
    std::string actor;
    bool member = false;
};

struct RequestFacts {
    request::PurposeOfUse purpose = request::PurposeOfUse::treatment;
    // The user declared an emergency override, and may (v3-ActReason BTG).
    bool break_glass = false;
    // Further purposes that were established, as of one research project.
    std::vector<Code> purposes{};
    // Who asks, as Type/id: practitioner, roles, organization, device, groups ... Of a type that is
    // named here, all that the user is. With `actors_complete`, the user is nothing else, and has
    // no other `roles`; without, a denial for an actor of another type may mean this user.
    std::vector<std::string> actors{};
    bool actors_complete = false;
    std::vector<Code> roles{};
    // The organizations that keep these records, as Type/id.
    std::vector<std::string> custodians{};
    // All of them are done: a permission must name each, a denial any.
    Actions actions{Action::access};
    WallTime now;
    // The patient asks for their own record: a consent is about others (45 CFR 164.524).
    bool own = false;
    // Of instances that ConsentRules::related() names. One that is missing here denies.
    std::vector<Relation> relations{};
    // Of actors that ConsentRules::actors() names, as far as it is known. One that is missing here
    // is judged by `actors`.
    std::vector<Membership> memberships{};
};

struct ResourceFacts {
    std::string type;
    std::string id;  // empty: it has none yet
    // Sensitivity labels, those derived from its codes too, and meta.security as it stands.
    Labels labels;
    std::vector<Code> marks;
    // Of what the resource is about (code, type, category ...), and all that occur anywhere in it.
    std::vector<Code> codes;
    std::vector<Code> mentions;
    // Type/id of all that it names on this server, sorted; whether it names others, too.
    std::vector<std::string> references;
    bool names_others = false;
    // Who is responsible for the content, as Type/id; whether others are, too.
    std::vector<std::string> authors;
    bool authored_by_others = false;
    // From the first to the last of its clinical and operational times; nothing: it states none.
    std::optional<fhir::TimeRange> time;
    std::optional<fhir::TimeRange> last_updated;

    [[nodiscard]] std::string place() const { return type + "/" + id; }
};

// `access`: of the caller, who may open resources (foundation/ephi.h).
[[nodiscard]] ResourceFacts facts_of(fhir::ResourceView const& resource, EphiAccess const& access);

[[nodiscard]] inline bool contains(std::vector<std::string> const& all, std::string_view one) {
    return std::ranges::find(all, one) != all.end();
}

}  // namespace salus::consent
