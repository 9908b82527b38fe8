#include "identity/session.h"

#include <algorithm>

#include "foundation/sign_in_limits.h"
#include "identity/json_members.h"

namespace salus::identity {

std::string_view acr_of(Assurance assurance) noexcept {
    switch (assurance) {
        case Assurance::none: return "";
        case Assurance::recovery: return "recovery";
        case Assurance::multi_factor: return "mfa";
        case Assurance::phishing_resistant: return "phr";
    }
    return "";
}

Assurance assurance_of(std::string_view acr) noexcept {
    for (auto const each :
         {Assurance::recovery, Assurance::multi_factor, Assurance::phishing_resistant}) {
        if (acr_of(each) == acr) return each;
    }
    return Assurance::none;
}

bool satisfies(Assurance reached, Assurance needed) noexcept {
    return reached >= Assurance::multi_factor && reached >= needed;
}

WallTime Session::ends() const noexcept {
    return began + limits::kSessionLife;
}

bool is_live(Session const& session, std::uint64_t generation, WallTime now) noexcept {
    bool const idle = now >= session.used + limits::kSessionIdle + limits::kSessionTouch;
    bool const ahead = std::max(session.began, session.authenticated) > now + limits::kClockSkew;
    return session.generation == generation && now < session.ends() && !idle && !ahead;
}

std::string Session::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("user").string(user.text());
    write_bytes(writer, "secret", secret);
    writer.key("generation").integer(static_cast<std::int64_t>(generation));
    writer.key("acr").string(acr_of(assurance));
    request::write_roles(writer, "provider_roles", provider_roles);
    write_time(writer, "authenticated", authenticated);
    write_time(writer, "began", began);
    write_time(writer, "used", used);
    write_text(writer, "browser", browser);
    writer.end_object();
    return out;
}

Result<Session> Session::from_json(json::Value root) {
    Session session;
    SALUS_TRY(auto const user, text_in(root, "user"));
    session.user = UserId(user);
    SALUS_TRY(session.secret, digest_in(root, "secret"));
    SALUS_TRY(auto const generation, integer_in(root, "generation"));
    session.generation = static_cast<std::uint64_t>(generation);
    SALUS_TRY(auto const acr, text_in(root, "acr"));
    session.assurance = assurance_of(acr);
    auto roles = request::roles_in(root, "provider_roles");
    if (!roles) return fail(Errc::corrupt, "a session is damaged");
    session.provider_roles = *std::move(roles);
    SALUS_TRY(session.authenticated, time_in(root, "authenticated"));
    SALUS_TRY(session.began, time_in(root, "began"));
    SALUS_TRY(session.used, time_in(root, "used"));
    session.browser = root.text_member("browser").value_or("");
    return session;
}

}  // namespace salus::identity
