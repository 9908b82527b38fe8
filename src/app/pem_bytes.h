// How much of a file in PEM is read: a certificate with its chain, or the key to it. Any thread.
#pragma once

#include <cstddef>

namespace salus::app {

inline constexpr std::size_t kPemBytes = std::size_t{256} * 1024;

}  // namespace salus::app
