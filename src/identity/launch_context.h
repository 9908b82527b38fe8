// What an EHR had open when it launched an app (SMART App Launch 2.2, EHR launch): the app's
// `launch` parameter stands for it, is opaque, and serves once. Sealed in the tenant's identity
// compartment. Any thread; values.
#pragma once

#include <optional>
#include <string>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "records/sealing.h"

namespace salus::identity {

struct LaunchContext {
    static constexpr records::DocumentClass kClass = records::DocumentClass::authorization;
    static constexpr std::string_view kType = "LaunchContext";

    crypto::Sha256Digest secret{};
    ClientId client;             // the one app that it is for
    std::optional<UserId> user;  // the one person; nothing: whoever signs in
    std::string patient;         // id; empty: none was open
    std::string encounter;
    WallTime expires{};

    [[nodiscard]] std::string to_json() const;
    static Result<LaunchContext> from_json(json::Value root);
};

}  // namespace salus::identity
