#include "authorization/policy.h"

#include <algorithm>

namespace salus::authorization {
namespace {

// Every part is framed by its length, so that no two policies have one text.
void add(Bytes& out, std::string_view text) {
    append_u32(out, static_cast<std::uint32_t>(text.size()));
    append(out, bytes_of(text));
}

template <class Allowed>
void add_allowed(Bytes& out, Allowed const& allowed) {
    add(out, allowed.all ? "all" : "listed");
    append_u32(out, static_cast<std::uint32_t>(allowed.names.size()));
    for (auto const& name : allowed.names) add(out, name);
}

void add_sign_in(Bytes& out, SignIn const& sign_in) {
    add(out, acr_values_of(sign_in.least).text());
    append_u32(out, static_cast<std::uint32_t>(sign_in.max_age.count()));
}

}  // namespace

SignIn stricter_of(SignIn const& one, SignIn const& other) {
    SignIn both{.least = std::max(one.least, other.least),
                .max_age = std::min(one.max_age, other.max_age)};
    // 0 is no limit.
    if (both.max_age.count() == 0) both.max_age = std::max(one.max_age, other.max_age);
    return both;
}

Literal acr_values_of(Assurance least) {
    return least == Assurance::phishing_resistant ? Literal("phr") : Literal("phr mfa");
}

std::optional<Assurance> assurance_of(std::string_view acr) {
    if (acr == "phr") return Assurance::phishing_resistant;
    if (acr == "mfa") return Assurance::multi_factor;
    return std::nullopt;
}

crypto::Sha256Digest hash_of(Policy const& policy) {
    Bytes text;
    for (auto const& rule : policy.rules) {
        add(text, rule.id.text());
        add(text, request::code_of(rule.purpose).text());
        add_allowed(text, rule.read);
        add_allowed(text, rule.write);
        add_allowed(text, rule.remove);
        add(text, rule.reach == request::Reach::population ? "population" : "named");
        append_u32(text, static_cast<std::uint32_t>(rule.elements.size()));
        for (auto const& [type, elements] : rule.elements) {
            add(text, type);
            add_allowed(text, elements);
        }
        add_allowed(text, rule.other_elements);
        add_sign_in(text, rule.sign_ins.read);
        add_sign_in(text, rule.sign_ins.write);
        add_sign_in(text, rule.sign_ins.administration);
    }
    return crypto::sha256(text);
}

}  // namespace salus::authorization
