// Roles: what somebody, or a service, is here, in the words of the operator ("nurse"), for policies
// to speak of (INCITS 359, role based access control; 45 CFR 164.308(a)(4)(ii)(B)). A role by
// itself permits nothing. Values; any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/literal.h"
#include "json/document.h"
#include "json/writer.h"

namespace salus::request {

// [a-z][A-Za-z0-9]{0,31}; nothing else can be made.
class RoleName {
public:
    [[nodiscard]] static std::optional<RoleName> parse(std::string_view text);
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    friend auto operator<=>(RoleName const&, RoleName const&) = default;

private:
    explicit RoleName(std::string_view text) : text_(text) {}
    std::string text_;
};

// Sorted, each once.
using RoleNames = std::vector<RoleName>;

inline constexpr std::size_t kRolesLargest = 16;  // that one user, client or sign-in is given
// Those of a user and of their sign-in together.
inline constexpr std::size_t kRolesOfCaller = 2 * kRolesLargest;

// For whoever wrote them wrongly.
inline constexpr Literal kWhatRolesAre =
    "roles must be a list of at most 16 names: a small letter, then at most 31 letters and digits";

// A member that is a list of names; none if it is absent. Nothing if a value is no name, it is no
// list, or it has more than `most` values.
[[nodiscard]] std::optional<RoleNames> roles_in(json::Value root, std::string_view member,
                                                std::size_t most = kRolesLargest);
// Nothing is written where there are none.
void write_roles(json::Writer& writer, std::string_view member, RoleNames const& roles);
[[nodiscard]] RoleNames united(RoleNames const& one, RoleNames const& other);

}  // namespace salus::request
