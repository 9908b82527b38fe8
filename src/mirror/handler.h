// The mirror over HTTPS: POST /add-checkpoint as C2SP tlog-witness has it, POST /add-entries
// before it; POST /keep-entries. Each client is let in for its own logs alone. Thread safety: as
// http::Handler; the service may be shared.
#pragma once

#include "http/plain_handler.h"
#include "mirror/door.h"
#include "mirror/service.h"

namespace salus::mirror {

inline constexpr std::string_view kCheckpointTarget = "/add-checkpoint";
inline constexpr std::string_view kEntriesTarget = "/add-entries";
inline constexpr std::string_view kKeepTarget = "/keep-entries";
inline constexpr std::string_view kSizeType = "text/x.tlog.size";
inline constexpr std::size_t kHandlerBodyBytes = kEntriesBytesMost + std::size_t{4096};

class Handler final : public http::PlainHandler {
public:
    // Borrows both.
    Handler(Service& service, Door& door) : service_(service), door_(door) {}

private:
    [[nodiscard]] http::PlainAnswer answer(http::PlainRequest const& request) override;
    [[nodiscard]] http::PlainAnswer take_entries(http::PlainRequest const& request);
    [[nodiscard]] http::PlainAnswer keep_entries(http::PlainRequest const& request);
    [[nodiscard]] http::PlainAnswer take_checkpoint(http::PlainRequest const& request);

    Service& service_;
    Door& door_;
};

}  // namespace salus::mirror
