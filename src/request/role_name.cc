#include "request/role_name.h"

#include <algorithm>
#include <iterator>

namespace salus::request {
namespace {

constexpr std::size_t kNameLargest = 32;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_letter_or_digit(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::optional<RoleName> RoleName::parse(std::string_view text) {
    bool const good = !text.empty() && text.size() <= kNameLargest && is_lower(text.front()) &&
                      std::ranges::all_of(text, is_letter_or_digit);
    if (!good) return std::nullopt;
    return RoleName(text);
}

std::optional<RoleNames> roles_in(json::Value root, std::string_view member, std::size_t most) {
    RoleNames roles;
    auto const list = root.member(member);
    if (!list) return roles;
    if (!list->is_array() || list->size() > most) return std::nullopt;
    for (auto const value : list->elements()) {
        auto role = value.is_string() ? RoleName::parse(value.text()) : std::nullopt;
        if (!role) return std::nullopt;
        roles.push_back(*std::move(role));
    }
    std::ranges::sort(roles);
    auto const twice = std::ranges::unique(roles);
    roles.erase(twice.begin(), twice.end());
    return roles;
}

void write_roles(json::Writer& writer, std::string_view member, RoleNames const& roles) {
    if (roles.empty()) return;
    writer.key(member).begin_array();
    for (auto const& role : roles) writer.string(role.text());
    writer.end_array();
}

RoleNames united(RoleNames const& one, RoleNames const& other) {
    RoleNames all;
    std::ranges::set_union(one, other, std::back_inserter(all));
    return all;
}

}  // namespace salus::request
