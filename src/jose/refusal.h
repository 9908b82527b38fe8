// Inside the room: what refuses a token. Any thread.
#pragma once

#include "foundation/result.h"

namespace salus::jose {

[[nodiscard]] inline std::unexpected<Error> refuse(Literal why) {
    return fail(Errc::unauthenticated, why);
}

}  // namespace salus::jose
