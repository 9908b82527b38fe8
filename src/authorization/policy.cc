#include "authorization/policy.h"

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

}  // namespace

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
    }
    return crypto::sha256(text);
}

}  // namespace salus::authorization
