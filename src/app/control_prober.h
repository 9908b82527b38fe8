// Inside the room: sends the requests of the probes, each on a connection of its own, and keeps
// count of what every answer must have. Belongs to one thread.
#pragma once

#include <optional>

#include "app/control_probes.h"

namespace salus::app {

class Prober {
public:
    explicit Prober(ProbeTarget const& target) : target_(target) {}

    struct Answer {
        int status = 0;  // 0: none
        std::string media_type;
        std::string body;
        bool has_request_id = false;
    };
    // An empty token: no Authorization header.
    Answer get(std::string_view target, std::string_view token);
    Answer post(std::string_view target, std::string_view token, std::string_view body);
    // application/x-www-form-urlencoded
    Answer post_form(std::string_view target, std::string_view token, std::string_view form);

    // Of all answers so far.
    [[nodiscard]] int answers() const noexcept { return answers_; }
    [[nodiscard]] int with_transport_security() const noexcept { return with_hsts_; }
    [[nodiscard]] int with_growing_leaf() const noexcept { return with_growing_leaf_; }
    [[nodiscard]] std::uint64_t first_leaf() const noexcept { return first_leaf_; }
    [[nodiscard]] std::uint64_t last_leaf() const noexcept { return last_leaf_; }

private:
    Answer send(http::Request request, std::string_view target, std::string_view token);
    void count(http::Headers const& headers);

    ProbeTarget const& target_;
    int answers_ = 0;
    int with_hsts_ = 0;
    int with_growing_leaf_ = 0;
    std::uint64_t first_leaf_ = 0;
    std::uint64_t last_leaf_ = 0;
};

// The families of probes.
void probe_transport(ProbeTarget const& target, std::vector<ProbeResult>& results);
void probe_tokens(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results);
void probe_requests(ProbeTarget const& target, Prober& prober, std::vector<ProbeResult>& results);

}  // namespace salus::app
