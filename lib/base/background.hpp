// Background: work that is begun before anybody needs it.
#pragma once

#include <functional>
#include <future>

namespace mpk {

/// low: gives way to what runs beside it, as that is needed sooner.
enum class Urgency { normal, low };

/// Runs `work` on a thread of its own; the future's destructor waits for it. Where no thread can be
/// had nothing happens: whoever needs what it makes does it then.
std::future<void> begin_early(std::function<void()> work, Urgency urgency = Urgency::normal);

}  // namespace mpk
